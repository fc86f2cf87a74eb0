export const id = 401;
export const ids = [401];
export const modules = {

/***/ 9686:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  fp: () => (/* binding */ FOLDER_NAME),
  xE: () => (/* binding */ askService),
  G$: () => (/* binding */ clientProgram)
});

// UNUSED EXPORTS: guardScript, readResult

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./build/js/cache/decide.js
var decide = __webpack_require__(8795);
;// CONCATENATED MODULE: ./build/js/cache/pace.js
const START = { waiting: 'work', mark: '' };
/**
 * Seconds without a step after which it is not waited for any longer. The client itself asks a service that fails for
 * half a minute and one that hangs for three, and a download that stands still for ten. A storage that does not answer is
 * asked again after 30 s. What it packs, unpacks and sends takes as long as it is allowed to be silent.
 */
const PACE_SECONDS = { service: 20, download: 60 };
const ASKED = /^::debug::\[Request\]/;
/** What is printed until the service has given an answer that is one. */
const UNANSWERED = /^::debug::(\[Response\]|Headers:|Body:|Raw Body)|^::add-mask::|^Attempt \d/;
const DOWNLOADING = /^::debug::Starting download/;
const MOVED = /^(Received|Sent) (\d+) of (\d+)/;
/** The pace after another line of the client: the same one where the line is no step forward. */
function nextPace(pace, line) {
    if (ASKED.test(line))
        return { waiting: 'service', mark: line };
    if (pace.waiting === 'service' && UNANSWERED.test(line))
        return pace;
    const [, verb, bytes, all] = MOVED.exec(line) ?? [];
    if (verb !== undefined) {
        const waiting = verb === 'Received' && bytes !== all ? 'download' : 'work';
        const mark = `${verb} ${bytes}`;
        return pace.waiting === waiting && pace.mark === mark ? pace : { waiting, mark };
    }
    if (DOWNLOADING.test(line))
        return { waiting: 'download', mark: line };
    return pace.waiting === 'download' && line.startsWith('::debug::') ? pace : { waiting: 'work', mark: line };
}
/** Why it is not waited for any longer. @param lines what the client has printed */
function whyGivenUp({ waiting }, lines) {
    if (waiting === 'work')
        return 'it took too long';
    const seconds = PACE_SECONDS[waiting];
    if (waiting === 'download')
        return `the download stood still for ${seconds} s`;
    const failure = lines.flatMap((line) => /^Attempt \d.* with error: (.*?)\.? Retrying/.exec(line)?.[1] ?? []).at(-1);
    return failure === undefined
        ? `the service did not answer within ${seconds} s`
        : `the service has failed for ${seconds} s: ${failure}`;
}

;// CONCATENATED MODULE: ./build/js/cache/client.js



/** Folder of the cache, relative to where it is packed and unpacked. */
const FOLDER_NAME = 'nix-multiarch-cache';
/** The program that talks to the service. */
const clientProgram = ({ facts }) => (0,external_node_path_.join)(facts.assets, 'cache/index.js');
/** Packing some GiB takes a minute without a word. */
const PATIENT = { timeoutSeconds: 1200, silentSeconds: 180 };
/** Its only word on why the service took no key: what it says aloud is that another job may be making the entry. */
const REFUSED = /^::debug::Failed to reserve cache: (?:Error: )?(.*)$/;
const PASSED_ON = [
    ...['ACTIONS_CACHE_SERVICE_V2', 'ACTIONS_RESULTS_URL', 'ACTIONS_CACHE_URL', 'ACTIONS_RUNTIME_TOKEN'],
    'ACTIONS_CACHE_MODE',
];
/**
 * Runs the client of the cache service. Faults of the service are told, never thrown.
 * @param program the client, dist/cache/index.js
 * @param workspace folder that holds, or gets, the path of the request
 */
async function askService(runner, program, workspace, request, patience = PATIENT) {
    const { env, folder } = runner.facts;
    // two may run beside each other, for different paths
    const temporary = (0,external_node_path_.join)(folder, `client-of-${request.path}`);
    await runner.files.makeDirectory(temporary, { mode: 0o700 });
    const passed = Object.fromEntries(PASSED_ON.map((name) => [name, env[name]]));
    const bin = (0,external_node_path_.join)(temporary, 'bin');
    // while the client is loading
    const guarded = request.verb === 'restore' ? makeGuard(runner, bin) : Promise.resolve();
    guarded.catch(() => undefined); // the input tells
    const input = async function* () {
        await guarded;
        yield Buffer.from(JSON.stringify(request));
    };
    const lines = [];
    const watch = watchPace(patience.silentSeconds);
    const running = runner.commands.run({
        tool: process.execPath,
        args: [program],
        cwd: workspace,
        input: input(),
        secrets: [env.ACTIONS_RUNTIME_TOKEN ?? ''],
        env: {
            ...passed,
            GITHUB_WORKSPACE: workspace,
            RUNNER_TEMP: temporary,
            RUNNER_DEBUG: undefined,
            PATH: `${bin}:${env.PATH ?? ''}`,
        },
    }, {
        accept: 'any',
        ...patience,
        signal: watch.signal,
        // what a command has printed is told when a cancelled job ends it
        discardStdout: true,
        onLine: (line) => {
            watch.read(line);
            // its debug lines have the signed URLs, which only its own masking hides
            if (!/^::(debug|add-mask)/.test(line) || REFUSED.test(line))
                lines.push(line);
        },
    });
    const stopped = await running
        .then((result) => result.stopped !== undefined)
        .catch((cause) => {
        if (!watch.signal.aborted)
            throw cause;
        return true;
    })
        .finally(watch.close);
    await runner.files.remove(temporary);
    for (const line of lines)
        runner.log.debug(`cache: ${line}`);
    const why = watch.signal.aborted ? whyGivenUp(watch.pace(), lines) : 'it took too long';
    return readResult(lines, stopped ? why : undefined);
}
/** Watches what the client prints; its signal ends it where it does not get on. */
function watchPace(silentSeconds) {
    const given = new AbortController();
    let pace = START;
    const limits = { work: silentSeconds, ...PACE_SECONDS };
    const wind = () => setTimeout(() => given.abort(), limits[pace.waiting] * 1000);
    let timer = wind();
    return {
        signal: given.signal,
        pace: () => pace,
        close: () => clearTimeout(timer),
        read: (line) => {
            const next = nextPace(pace, line);
            if (next === pace)
                return;
            pace = next;
            clearTimeout(timer);
            timer = wind();
        },
    };
}
/** What the client's output says. @param ended why it was ended before its end */
function readResult(lines, ended) {
    const refusals = lines.flatMap((line) => REFUSED.exec(line)?.[1] ?? []);
    const refused = refusals.find((reason) => !/\(409\)|already exists|was not ok/.test(reason));
    const complaints = lines.flatMap((line) => {
        const text = /^::(?:warning|error)[^:]*::(.*)$/.exec(line)?.[1] ?? /^Failed to save: (.*)$/.exec(line)?.[1];
        if (text === undefined)
            return [];
        return refused !== undefined && text.startsWith('Unable to reserve') ? [refused] : [text];
    });
    const answer = parsed(lines.findLast((line) => line.startsWith('{')) ?? '');
    const error = ended ?? (0,decide/* member */.Dc)(answer, 'error') ?? (answer === undefined ? 'it ended without an answer' : undefined);
    const said = [...complaints, ...(error === undefined ? [] : [String(error)])].map(plainly);
    // a question that failed is asked again, and an error is told where it comes up and where it is caught
    const once = said.filter((text, at) => said.findIndex((other) => other.includes(text)) === at);
    const key = (0,decide/* member */.Dc)(answer, 'key');
    return {
        key: typeof key === 'string' ? key : undefined,
        done: (0,decide/* member */.Dc)(answer, 'done') === true,
        complaint: once.length === 0 ? undefined : once.join('; ').slice(0, 1000),
    };
}
/** A complaint as a clause. */
const plainly = (text) => text
    .replaceAll('%0A', ' ')
    .replaceAll('%25', '%')
    .replace(/^Failed to (restore|save): /, '')
    .replace(/\.+$/, '');
function parsed(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
/**
 * Tar programs to go before the real ones. `@actions/cache` unpacks with `-P`, with which a poisoned archive writes
 * wherever this user may; without it tar keeps absolute names, `..` and links from leading out of the folder.
 */
async function makeGuard(runner, folder) {
    await runner.files.makeDirectory(folder, { mode: 0o700 });
    for (const name of ['tar', 'gtar']) {
        const real = runner.commands.find(name);
        if (real !== undefined)
            await runner.files.write((0,external_node_path_.join)(folder, name), guardScript(real), { mode: 0o700 });
    }
}
/** @param tar absolute path */
const guardScript = (tar) => `#!/bin/sh
for word do
  shift
  [ "$word" = -P ] || set -- "$@" "$word"
done
exec '${tar.replaceAll("'", `'\\''`)}' "$@" --no-same-owner --no-same-permissions
`;


/***/ }),

/***/ 8795:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Dc: () => (/* binding */ member),
/* harmony export */   hB: () => (/* binding */ readServiceFacts),
/* harmony export */   ln: () => (/* binding */ chooseUse),
/* harmony export */   uU: () => (/* binding */ whyNotAdmitted)
/* harmony export */ });
/**
 * Reads the service's switches as `@actions/cache` 6 does (lib/internal/config.js), without loading it: version 2 of
 * the service on github.com and ghe.com, version 1 on GitHub Enterprise Server.
 * @param event the event's payload
 */
function readServiceFacts(env, event) {
    return {
        missing: missingService(env),
        mode: (env.ACTIONS_CACHE_MODE ?? '').trim().toLowerCase(),
        readOnly: whyReadOnly(env.GITHUB_EVENT_NAME ?? '', event),
    };
}
function missingService(env) {
    const host = (URL.parse(env.GITHUB_SERVER_URL || 'https://github.com')?.hostname ?? '').toLowerCase();
    const version2 = /(^github\.com|\.ghe\.com|\.localhost)$/.test(host) && Boolean(env.ACTIONS_CACHE_SERVICE_V2);
    const address = version2 ? 'ACTIONS_RESULTS_URL' : 'ACTIONS_CACHE_URL';
    for (const name of [address, 'ACTIONS_RUNTIME_TOKEN']) {
        if (!env[name])
            return `there is no Actions cache here (${name} is not set)`;
    }
    return undefined;
}
/** Events whose workflow has the rights of the base branch while others decide what it works on. */
const FOREIGN_EVENTS = ['pull_request_target', 'issue_comment'];
function whyReadOnly(eventName, event) {
    if (FOREIGN_EVENTS.includes(eventName))
        return `the event ${eventName} only reads`;
    const own = member(member(event, 'repository'), 'full_name');
    const heads = [
        [member(event, 'pull_request'), member(member(member(event, 'pull_request'), 'head'), 'repo')],
        [member(event, 'workflow_run'), member(member(event, 'workflow_run'), 'head_repository')],
    ];
    // a fork that was deleted has no repository any more
    const foreign = heads.some(([cause, head]) => cause !== undefined && member(head, 'full_name') !== own);
    return foreign ? 'a fork only reads' : undefined;
}
/** A member of a JSON value; undefined where there is none. */
const member = (value, name) => typeof value === 'object' && value !== null ? value[name] : undefined;
/**
 * Decides whether this run reads and writes the cache, and who vouches for what is in it.
 *
 * Anybody who can run a job on the branch can write to the Actions cache, and an output path does not tell what was
 * built into it. So a run that pushes takes only entries that a holder of its signing key has signed; without a key
 * there is nothing to check them by, and a run that pushes all the same (unsigned) goes without the cache.
 */
function chooseUse(inputs, facts) {
    const trust = inputs.signingKey === undefined ? 'open' : 'signed';
    const off = (reason) => ({ read: false, write: false, trust, reason });
    if (inputs.cache === 'false')
        return off('the input cache is false');
    if (facts.missing !== undefined)
        return off(facts.missing);
    if (trust === 'open' && inputs.pushTo.length > 0)
        return off('this run pushes without a signing-key, so that nobody could vouch for what the cache holds');
    const read = facts.mode !== 'none' && facts.mode !== 'write-only';
    const barred = whyNoWrite(inputs, facts);
    if (!read && barred !== undefined)
        return off(barred);
    return {
        read,
        write: barred === undefined,
        trust,
        reason: `${vouching[trust]}; ${barred ?? 'saved after the build'}`,
    };
}
const vouching = {
    signed: 'only entries are taken that the signing-key vouches for',
    open: 'nobody vouches for its entries, and nothing is pushed',
};
function whyNoWrite(inputs, facts) {
    if (inputs.cache === 'read-only')
        return 'the input cache is read-only';
    if (inputs.dryRun)
        return 'a dry run only reads';
    if (facts.mode === 'read' || facts.mode === 'none')
        return `ACTIONS_CACHE_MODE is ${facts.mode}`;
    return facts.readOnly;
}
/**
 * Whether the store may take entries from the cache. What nobody vouches for must not get into a store that a later
 * job, which pushes, will find there.
 * @returns why not; undefined where it may
 */
function whyNotAdmitted(trust, store) {
    if (!store.settable)
        return 'the Nix daemon of this machine takes no substituters from this user';
    if (trust === 'open' && store.kept)
        return 'the store of this machine outlives the job, and without a signing-key nobody vouches for the cache';
    return undefined;
}


/***/ }),

/***/ 327:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   ER: () => (/* binding */ parseEntry),
/* harmony export */   Fl: () => (/* binding */ baseName),
/* harmony export */   Li: () => (/* binding */ ENTRIES_BYTES),
/* harmony export */   SJ: () => (/* binding */ isVouchedFor),
/* harmony export */   cn: () => (/* binding */ NARINFO_NAME),
/* harmony export */   kz: () => (/* binding */ NAR_NAME),
/* harmony export */   l8: () => (/* binding */ splitEntries),
/* harmony export */   lf: () => (/* binding */ ENTRIES),
/* harmony export */   qM: () => (/* binding */ printEntry),
/* harmony export */   tl: () => (/* binding */ printStandIn),
/* harmony export */   uo: () => (/* binding */ signEntry)
/* harmony export */ });
/* unused harmony exports entryText, fingerprint */
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var _nix_signing_key_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5143);
/* harmony import */ var _nix_store_path_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2295);



const VOUCHED = 'Vouched';
const DIGITS = '[0-9a-df-np-sv-z]{52}';
const HASH = new RegExp(`^sha256:${DIGITS}$`);
/** Names of files that a cache may have, but for its two files of facts. */
const NARINFO_NAME = /^[0-9a-df-np-sv-z]{32}\.narinfo$/;
const NAR_NAME = new RegExp(`^${DIGITS}\\.nar\\.zst$`);
/** The file of an archive that has all narinfos, one behind the other: a thousand files take longer to unpack. */
const ENTRIES = 'narinfos';
const ENTRIES_BYTES = 256 * 1024 * 1024;
/**
 * Reads a narinfo strictly, in the form that `nix copy --to file://…?compression=zstd` writes; lines that this action
 * does not use are left out.
 * @param name file name, `<hash>.narinfo`
 * @throws Error saying what is wrong with it
 */
function parseEntry(name, text, storeDirectory) {
    const lines = new Map();
    for (const [, key = '', value = ''] of text.matchAll(/^([A-Za-z]+): ?(.*)$/gm))
        lines.set(key, [...(lines.get(key) ?? []), value]);
    const one = (key, form) => {
        const values = lines.get(key) ?? [];
        const [value] = values;
        if (value === undefined || values.length > 1)
            throw new Error(`${values.length} lines of ${key}`);
        if (!form.test(value))
            throw new Error(`${key} is ${JSON.stringify(value.slice(0, 80))}`);
        return value;
    };
    const path = (0,_nix_store_path_js__WEBPACK_IMPORTED_MODULE_2__/* .parseStorePath */ .GV)(one('StorePath', /^\//));
    if (!path.startsWith(`${storeDirectory}/`) || `${(0,_nix_store_path_js__WEBPACK_IMPORTED_MODULE_2__/* .storeHash */ .YE)(path)}.narinfo` !== name)
        throw new Error(`it is for ${path}`);
    const fileHash = one('FileHash', HASH).slice('sha256:'.length);
    one('Compression', /^zstd$/);
    const url = one('URL', /^/);
    if (url !== `nar/${fileHash}.nar.zst`)
        throw new Error(`URL is ${JSON.stringify(url.slice(0, 80))}`);
    const references = one('References', /^[^/]*$/)
        .split(' ')
        .filter((reference) => reference !== '');
    return {
        path,
        fileHash,
        fileSize: Number(one('FileSize', /^\d{1,15}$/)),
        narHash: one('NarHash', HASH),
        narSize: Number(one('NarSize', /^\d{1,15}$/)),
        references: references.map((reference) => (0,_nix_store_path_js__WEBPACK_IMPORTED_MODULE_2__/* .parseStorePath */ .GV)(`${storeDirectory}/${reference}`)),
        text,
    };
}
/** The narinfos of such a file, by the names that they have in a binary cache. */
function splitEntries(text) {
    const texts = text === '' ? [] : text.split(/^(?=StorePath: )/m);
    return new Map(texts.map((one, at) => [`${/^StorePath: .*\/(.{32})-/.exec(one)?.[1] ?? `${at}`}.narinfo`, one]));
}
/** All that is kept of an entry, as lines of a narinfo without signature. */
function entryText(entry) {
    const lines = [
        `StorePath: ${entry.path}`,
        `URL: nar/${entry.fileHash}.nar.zst`,
        'Compression: zstd',
        `FileHash: sha256:${entry.fileHash}`,
        `FileSize: ${entry.fileSize}`,
        `NarHash: ${entry.narHash}`,
        `NarSize: ${entry.narSize}`,
        `References: ${entry.references.map(baseName).join(' ')}`,
    ];
    return `${lines.join('\n')}\n`;
}
/** The narinfo of an entry, signed for Nix. */
const signEntry = (entry, key) => `${entryText(entry)}Sig: ${(0,_nix_signing_key_js__WEBPACK_IMPORTED_MODULE_1__/* .signText */ .X8)(key.secret, fingerprint(entry))}\n`;
/**
 * The same for a cache that is vouched for. Nix's signature does not cover which file holds the NAR: a code in a line
 * that Nix skips covers the whole text, so that a wrong file is noticed before a build fails over it.
 */
function printEntry(entry, key) {
    const text = signEntry(entry, key);
    return `${text}${VOUCHED}: ${codeOf(text, key)}\n`;
}
/** Whether a text is what `printEntry` has made with this key, to the last byte. */
function isVouchedFor(text, key) {
    const at = text.lastIndexOf(`${VOUCHED}: `);
    if (at < 0)
        return false;
    const given = Buffer.from(text.slice(at));
    const right = Buffer.from(`${VOUCHED}: ${codeOf(text.slice(0, at), key)}\n`);
    return given.length === right.length && (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.timingSafeEqual)(given, right);
}
/** HMAC-SHA256 by the secret: who has it checks a thousand narinfos in some ms. */
const codeOf = (text, key) => (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHmac)('sha256', key.secret).update(text).digest('base64');
/** A narinfo that makes `nix copy` believe that a path is there already, so that what refers to it can be copied. */
const printStandIn = (info) => `StorePath: ${info.path}\nURL: nar/elsewhere.nar\nCompression: none\nNarHash: ${info.narHash}\nNarSize: ${info.narSize}\nReferences: \n`;
/** What a signature covers (Nix src/libstore/path-info.cc, ValidPathInfo::fingerprint). */
const fingerprint = (entry) => `1;${entry.path};${entry.narHash};${entry.narSize};${[...entry.references].sort().join(',')}`;
/** Name of a path in its store, `<hash>-<name>`. */
const baseName = (path) => path.slice(path.lastIndexOf('/') + 1);


/***/ }),

/***/ 3856:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Qn: () => (/* binding */ gatherKeyFacts),
/* harmony export */   j_: () => (/* binding */ readEvent)
/* harmony export */ });
/* unused harmony export flakeFolder */
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6760);
/* harmony import */ var _decide_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(8795);



/** Payload of the event that started the job; undefined where it cannot be read. */
async function readEvent(runner) {
    const text = await textOf(runner.facts.env.GITHUB_EVENT_PATH);
    try {
        return text === undefined ? undefined : JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
/** @param event payload of the event @param system the system that builds */
async function gatherKeyFacts(runner, inputs, system, event) {
    const { env, workspace } = runner.facts;
    const branch = (0,_decide_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)((0,_decide_js__WEBPACK_IMPORTED_MODULE_2__/* .member */ .Dc)(event, 'repository'), 'default_branch');
    const folder = flakeFolder(inputs.flake);
    return {
        system,
        targets: inputs.targets,
        what: [inputs.flake, ...[...inputs.packages].sort(), inputs.crossAttribute ?? '', inputs.prefer],
        ref: env.GITHUB_REF ?? '',
        base: env.GITHUB_BASE_REF || undefined,
        defaultBranch: typeof branch === 'string' ? branch : undefined,
        lock: folder === undefined ? undefined : await textOf((0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)((0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(workspace, folder), 'flake.lock')),
    };
}
/** Folder of a flake reference that is a path; undefined for others: what they lock is not known before evaluation. */
function flakeFolder(reference) {
    const [, path, dir = ''] = /^(?:path:)?(\.?\.?(?:\/[^?#]*)?)(?:\?(?:[^#]*&)?dir=([^#&]*))?/.exec(reference) ?? [];
    return path === undefined || path === '' ? undefined : (0,node_path__WEBPACK_IMPORTED_MODULE_1__.join)(path, dir);
}
async function textOf(path) {
    try {
        return path === undefined ? undefined : await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(path, 'utf8');
    }
    catch {
        return undefined;
    }
}


/***/ }),

/***/ 9927:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Xr: () => (/* binding */ cacheKeys),
/* harmony export */   eZ: () => (/* binding */ contentDigest),
/* harmony export */   o5: () => (/* binding */ hitKind)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);

/** Raised when an older action could not read what a newer one saves. */
const FORMAT = 'v2';
/**
 * Keys of the cache. An entry of the service never changes, and a prefix finds the newest that starts with it: hence
 * the order of the parts, and a digest at the end. Each part is free of `-`, so that no prefix ends inside of a part.
 * Names of refs are only text in them: who may read which entry, GitHub decides by the ref that saved it.
 */
function cacheKeys(facts, trust) {
    const start = `nix-multiarch-${FORMAT}-${facts.system}-${targetsPart(facts.targets)}`;
    const what = hash(JSON.stringify(facts.what));
    const branch = (name) => (name === undefined ? [] : [refPart(`refs/heads/${name}`)]);
    const others = [...branch(facts.base), ...branch(facts.defaultBranch)];
    const by = (kind, ...parts) => `${[start, kind, ...parts].join('-')}-`;
    const own = by(trust, what, refPart(facts.ref), hash(facts.lock ?? ''));
    const near = [own, by(trust, what, refPart(facts.ref)), ...others.map((part) => by(trust, what, part))];
    const far = [by(trust, what), by(trust)];
    // a run without key cannot check signatures and needs none: it may use what runs with a key have saved
    const signed = trust === 'open' ? others.map((part) => by('signed', what, part)) : [];
    const farSigned = trust === 'open' ? [by('signed', what), by('signed')] : [];
    return { restore: [...new Set([...near, ...signed, ...far, ...farSigned])].slice(0, 10), save: own };
}
/** How near an entry is to what was asked for. */
const hitKind = (keys, matchedKey) => matchedKey.startsWith(keys.save) ? 'exact' : 'partial';
/**
 * Digest of the content, for the end of the key: the same paths with the same contents have the same.
 * @param salt makes another key of the same content, to come after an entry that is damaged
 */
function contentDigest(entries, salt) {
    const lines = [...entries].map(({ path, narHash }) => `${path} ${narHash}\n`).sort();
    return hash(`${lines.join('')}${salt}`, 16);
}
function targetsPart(targets) {
    const names = targets.map(({ name }) => name).sort();
    const all = targets.map(({ name, strategy }) => `${name}=${strategy}`).sort();
    return `${readable(names.join('+'))}.${hash(all.join(' '))}`;
}
const refPart = (ref) => `${readable(ref.replace(/^refs\/(heads\/)?/, ''))}.${hash(ref)}`;
const readable = (text) => text.replace(/[^A-Za-z0-9+]+/g, '_').slice(0, 40);
const hash = (text, digits = 8) => (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(text).digest('hex').slice(0, digits);


/***/ }),

/***/ 1510:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   O8: () => (/* binding */ LEDGER_BYTES),
/* harmony export */   Qy: () => (/* binding */ MEMORY),
/* harmony export */   Uz: () => (/* binding */ LEDGER),
/* harmony export */   Xx: () => (/* binding */ printLedger),
/* harmony export */   _m: () => (/* binding */ updateUses),
/* harmony export */   h8: () => (/* binding */ parseLedger),
/* harmony export */   yx: () => (/* binding */ MEMORY_BYTES)
/* harmony export */ });
/* harmony import */ var _nix_store_path_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(2295);
/* harmony import */ var _decide_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8795);
/* harmony import */ var _entry_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(327);



/** Name of the file beside the narinfos. */
const LEDGER = 'nix-multiarch.json';
const LEDGER_BYTES = 64 * 1024 * 1024;
/** What runs leave to later ones besides closures (strategy/memory.ts). */
const MEMORY = 'nix-multiarch-memory.json';
const MEMORY_BYTES = 4 * 1024 * 1024;
/** Text of the file. */
function printLedger(ledger) {
    const used = Object.fromEntries([...ledger.used].sort(([a], [b]) => (a < b ? -1 : 1)));
    const outside = [...ledger.outside].map(_entry_js__WEBPACK_IMPORTED_MODULE_1__/* .baseName */ .Fl).sort();
    return `${JSON.stringify({ used, outside, wanted: [...ledger.wanted].sort() })}\n`;
}
/**
 * Reads the file. It is not signed, and a wrong one does no harm: entries would be evicted too early or too late, or
 * be dropped. What cannot be read is as if it were not there.
 */
function parseLedger(text, storeDirectory, now) {
    let value;
    try {
        value = JSON.parse(text);
    }
    catch {
        value = undefined;
    }
    const used = new Map();
    for (const [name, time] of Object.entries((0,_decide_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(value, 'used') ?? {})) {
        if (typeof time === 'number' && time >= 0)
            used.set(name, Math.min(time, now));
    }
    const listed = (0,_decide_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(value, 'outside');
    const outside = (Array.isArray(listed) ? listed : []).flatMap((name) => {
        try {
            return [(0,_nix_store_path_js__WEBPACK_IMPORTED_MODULE_2__/* .parseStorePath */ .GV)(`${storeDirectory}/${String(name)}`)];
        }
        catch {
            return [];
        }
    });
    const asked = (0,_decide_js__WEBPACK_IMPORTED_MODULE_0__/* .member */ .Dc)(value, 'wanted');
    const wanted = (Array.isArray(asked) ? asked : []).filter((name) => typeof name === 'string');
    return { used, outside: new Set(outside), wanted: new Set(wanted) };
}
/**
 * The ledger after this run.
 * @param run paths that it needed, and those of them that it was asked for
 * @param now seconds since 1970
 */
function updateUses(entries, before, { needed, wanted }, now) {
    const used = new Map();
    const outside = new Set();
    const inside = new Set([...entries.values()].map(({ path }) => path));
    for (const [name, { path, references }] of entries) {
        used.set(name, needed.has(path) ? now : (before.used.get(name) ?? now));
        for (const reference of references)
            if (!inside.has(reference))
                outside.add(reference);
    }
    return { used, outside, wanted: new Set(wanted.map(_nix_store_path_js__WEBPACK_IMPORTED_MODULE_2__/* .storeHash */ .YE).filter((name) => entries.has(name))) };
}


/***/ }),

/***/ 5652:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  CM: () => (/* binding */ admitCache),
  fc: () => (/* binding */ makeFolder),
  P3: () => (/* binding */ restoreCache)
});

// UNUSED EXPORTS: storeUrl

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./build/js/nix/system.js
var nix_system = __webpack_require__(7801);
// EXTERNAL MODULE: ./build/js/nix/units.js
var units = __webpack_require__(3365);
// EXTERNAL MODULE: ./build/js/cache/client.js + 1 modules
var client = __webpack_require__(9686);
// EXTERNAL MODULE: ./build/js/cache/decide.js
var decide = __webpack_require__(8795);
// EXTERNAL MODULE: ./build/js/cache/facts.js
var facts = __webpack_require__(3856);
// EXTERNAL MODULE: ./build/js/nix/hash.js
var hash = __webpack_require__(4132);
// EXTERNAL MODULE: ./build/js/nix/store-path.js
var store_path = __webpack_require__(2295);
// EXTERNAL MODULE: ./build/js/cache/entry.js
var cache_entry = __webpack_require__(327);
;// CONCATENATED MODULE: ./build/js/cache/judge.js



/**
 * Decides what of a restored folder is used: entries whose narinfo is well formed and signed as asked for, whose NAR
 * is there with the right size and hash, and whose references are all kept too or are served elsewhere.
 */
function judgeFiles(files, rules) {
    const dropped = files.foreign.map((name) => ({ name, reason: 'it is not of a binary cache' }));
    const entries = new Map();
    for (const [name, text] of files.narinfos) {
        const judged = judgeOne(name, text, files, rules);
        if (typeof judged === 'string')
            dropped.push({ name, reason: judged });
        else
            entries.set((0,store_path/* storeHash */.YE)(judged.path), judged);
    }
    for (const [hash, missing] of withoutReferences(entries, rules.outside)) {
        entries.delete(hash);
        dropped.push({ name: `${hash}.narinfo`, reason: `it needs ${missing}, which is not there` });
    }
    return { entries, dropped };
}
function judgeOne(name, text, files, rules) {
    let found;
    try {
        found = (0,cache_entry/* parseEntry */.ER)(name, text, rules.storeDirectory);
    }
    catch (error) {
        return error instanceof Error ? error.message : String(error);
    }
    const { text: _, ...entry } = found;
    if (rules.key !== undefined && !(0,cache_entry/* isVouchedFor */.SJ)(text, rules.key))
        return 'no run with this signing-key vouches for it';
    const nar = files.nars.get(`${entry.fileHash}.nar.zst`);
    if (nar === undefined)
        return 'its NAR is not there';
    if (nar.size !== entry.fileSize)
        return `its NAR has ${nar.size} bytes instead of ${entry.fileSize}`;
    return nar.hash === (0,hash/* toSri */.kB)(`sha256:${entry.fileHash}`) ? entry : 'the content of its NAR is wrong';
}
/** Entries that cannot stay since something they need is missing, with what is; those that need such ones too. */
function withoutReferences(entries, outside) {
    const isThere = (path) => entries.get((0,store_path/* storeHash */.YE)(path))?.path === path || outside.has(path);
    const gone = new Map();
    for (const [name, { references }] of entries) {
        const missing = references.find((path) => !isThere(path));
        if (missing !== undefined)
            gone.set(name, missing);
    }
    const users = usersOf(entries);
    // a Map visits what is added while it is walked
    for (const [name] of gone) {
        const { path } = entries.get(name);
        for (const user of users.get(path) ?? [])
            if (!gone.has(user))
                gone.set(user, path);
    }
    return gone;
}
/** Path → names of the entries that refer to it. */
function usersOf(entries) {
    const users = new Map();
    for (const [name, { references }] of entries) {
        for (const path of references) {
            const known = users.get(path);
            if (known === undefined)
                users.set(path, [name]);
            else
                known.push(name);
        }
    }
    return users;
}

// EXTERNAL MODULE: ./build/js/cache/keys.js
var keys = __webpack_require__(9927);
// EXTERNAL MODULE: ./build/js/cache/ledger.js
var cache_ledger = __webpack_require__(1510);
// EXTERNAL MODULE: ./build/js/cache/scan.js
var scan = __webpack_require__(5118);
// EXTERNAL MODULE: ./build/js/cache/signer.js
var cache_signer = __webpack_require__(1497);
;// CONCATENATED MODULE: ./build/js/cache/restore.js













/**
 * Fetches the nearest cache of an earlier run, checks every file of it, and makes a binary cache of what is right.
 * Needs no Nix: it can run while one is installed. Never throws: a fault of the service or of the cache is told in
 * `problem`.
 */
async function restoreCache(runner, inputs, places = {}) {
    const event = await (0,facts/* readEvent */.j_)(runner);
    const use = (0,decide/* chooseUse */.ln)(inputs, (0,decide/* readServiceFacts */.hB)(runner.facts.env, event));
    const system = (0,nix_system/* systemOf */.b)(process.arch, process.platform) ?? 'unknown';
    const signer = inputs.signingKey === undefined ? (0,cache_signer/* openCacheKey */.qO)() : (0,cache_signer/* signedCacheKey */.eW)(inputs.signingKey);
    const empty = {
        use,
        folder: (0,external_node_path_.join)(runner.facts.folder, client/* FOLDER_NAME */.fp),
        storeDirectory: places.storeDirectory ?? '/nix/store',
        hit: 'none',
        entries: new Map(),
        settings: {},
        keys: (0,keys/* cacheKeys */.Xr)(await (0,facts/* gatherKeyFacts */.Qn)(runner, inputs, system, event), use.trust),
        ledger: { used: new Map(), outside: new Set(), wanted: new Set() },
        memory: '',
        signer,
        damaged: false,
        program: places.program ?? (0,client/* clientProgram */.G$)(runner),
    };
    if (inputs.cache === 'true' && !use.read && !use.write)
        runner.log.warning(`The Actions cache is not used: ${use.reason}.`);
    else
        runner.log.info(`Actions cache: ${use.read || use.write ? use.reason : `not used: ${use.reason}`}.`);
    if (!use.read)
        return empty;
    try {
        return await fetchCache(runner, empty);
    }
    catch (error) {
        return { ...empty, damaged: true, problem: error instanceof Error ? error.message : String(error) };
    }
    finally {
        await runner.files.remove(stagingOf(runner));
    }
}
/**
 * Decides, once there is a Nix, whether its store may take the entries.
 * @returns the cache, without settings and use where it may not
 */
function admitCache(runner, restored, store) {
    const { use } = restored;
    const reason = use.read || use.write ? (0,decide/* whyNotAdmitted */.uU)(use.trust, store) : undefined;
    if (reason === undefined)
        return restored;
    runner.log.info(`Actions cache: not used: ${reason}.`);
    return {
        ...restored,
        use: { ...use, read: false, write: false, reason },
        hit: 'none',
        settings: {},
        entries: new Map(),
    };
}
const stagingOf = (runner) => (0,external_node_path_.join)(runner.facts.folder, 'cache-staging');
async function fetchCache(runner, empty) {
    const began = performance.now();
    const staging = stagingOf(runner);
    await runner.files.makeDirectory(staging, { mode: 0o700 });
    const answer = await (0,client/* askService */.xE)(runner, empty.program, staging, {
        verb: 'restore',
        path: client/* FOLDER_NAME */.fp,
        keys: empty.keys.restore,
    });
    const problem = answer.complaint === undefined ? {} : { problem: `nothing is restored: ${answer.complaint}` };
    if (answer.key === undefined) {
        if (answer.complaint === undefined)
            runner.log.info('No cache was found.');
        return { ...empty, ...problem };
    }
    const found = (0,external_node_path_.join)(staging, client/* FOLDER_NAME */.fp);
    if (!answer.done || !(0,scan/* isFolder */.lQ)(found))
        return { ...empty, damaged: true, problem: `the archive of ${answer.key} cannot be unpacked${because(answer)}` };
    const { judged, ledger } = await judgeFound(empty, found);
    const memory = (0,scan/* readMemoryFile */.MJ)(found);
    await takeOver(runner, empty, judged.entries, found);
    const { entries, dropped } = judged;
    const bytes = [...entries.values()].reduce((sum, { fileSize }) => sum + fileSize, 0);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    runner.log.info(`Restored ${(0,units/* count */.U9)(entries.size, 'path')} (${(0,units/* formatBytes */.z3)(bytes)}) from ${answer.key} in ${seconds} s.`);
    const [first] = dropped;
    return {
        ...empty,
        ledger,
        memory,
        entries,
        from: answer.key,
        hit: entries.size === 0 ? 'none' : (0,keys/* hitKind */.o5)(empty.keys, answer.key),
        settings: entries.size === 0 ? {} : substituterSettings(empty),
        damaged: first !== undefined,
        ...(first === undefined
            ? problem
            : { problem: `${(0,units/* count */.U9)(dropped.length, 'file')} of the cache left out (${first.name}: ${first.reason})` }),
    };
}
const because = ({ complaint }) => (complaint === undefined ? '' : `: ${complaint}`);
async function judgeFound(restored, found) {
    const { storeDirectory, use, signer } = restored;
    const ledger = (0,cache_ledger/* parseLedger */.h8)((0,scan/* readLedgerFile */.Uy)(found), storeDirectory, Math.floor(Date.now() / 1000));
    const key = use.trust === 'signed' ? signer : undefined;
    return { judged: judgeFiles(await (0,scan/* scanFolder */.Wg)(found), { storeDirectory, key, outside: ledger.outside }), ledger };
}
/**
 * Makes the found folder the cache of this run, without what was not judged right; its narinfos are written anew
 * (narinfos.ts): nothing stays but what was checked.
 */
async function takeOver(runner, restored, entries, found) {
    const nars = new Set([...entries.values()].map(({ fileHash }) => `${fileHash}.nar.zst`));
    const narFolder = (0,external_node_path_.join)(found, 'nar');
    // a link instead of the folder goes: what is saved later would be written through it
    const inside = (0,scan/* isFolder */.lQ)(narFolder) ? ['nar'] : [];
    keepOnly(found, new Set(inside));
    if (inside.length > 0)
        keepOnly(narFolder, nars);
    await (0,promises_.rename)(found, restored.folder);
    await makeFolder(runner, restored);
}
function keepOnly(folder, kept) {
    for (const name of (0,external_node_fs_.readdirSync)(folder))
        if (!kept.has(name))
            (0,external_node_fs_.rmSync)((0,external_node_path_.join)(folder, name), { recursive: true });
}
/** An empty binary cache, that Nix asks before others: it is on this machine. */
async function makeFolder(runner, { folder, storeDirectory }) {
    await runner.files.makeDirectory((0,external_node_path_.join)(folder, 'nar'), { mode: 0o700 });
    await runner.files.write((0,external_node_path_.join)(folder, 'nix-cache-info'), `StoreDir: ${storeDirectory}\nWantMassQuery: 1\nPriority: 10\n`);
}
/** URL of the store, as in `substituters`. */
const storeUrl = ({ folder }) => `file://${folder}`;
const substituterSettings = (restored) => ({
    'extra-substituters': storeUrl(restored),
    'extra-trusted-public-keys': restored.signer.publicKey,
});


/***/ }),

/***/ 5118:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Iu: () => (/* binding */ regularSize),
/* harmony export */   MJ: () => (/* binding */ readMemoryFile),
/* harmony export */   Uy: () => (/* binding */ readLedgerFile),
/* harmony export */   Wg: () => (/* binding */ scanFolder),
/* harmony export */   eh: () => (/* binding */ strayNames),
/* harmony export */   lQ: () => (/* binding */ isFolder)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6760);
/* harmony import */ var node_timers_promises__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8500);
/* harmony import */ var _entry_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(327);
/* harmony import */ var _ledger_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(1510);






/** Bytes read at once: a stream takes longer to open than a small file to read. */
const AT_ONCE = 4 * 1024 * 1024;
/** Files after which signals and timers get their turn: small files are read without waiting, ten times as fast. */
const WITHOUT_BREATH = 50;
/** What an archive has besides NARs. */
const EXPECTED = [_entry_js__WEBPACK_IMPORTED_MODULE_4__/* .ENTRIES */ .lf, _ledger_js__WEBPACK_IMPORTED_MODULE_5__/* .LEDGER */ .Uz, _ledger_js__WEBPACK_IMPORTED_MODULE_5__/* .MEMORY */ .Qy, 'nar'];
/** Reads a folder that came from outside: nothing in it is followed, and only regular files are opened. */
async function scanFolder(folder) {
    const nars = new Map();
    const foreign = names(folder).filter((name) => !EXPECTED.includes(name));
    const narFolder = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, 'nar');
    for (const [at, name] of (isFolder(narFolder) ? names(narFolder) : []).entries()) {
        const size = regularSize((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(narFolder, name));
        if (_entry_js__WEBPACK_IMPORTED_MODULE_4__/* .NAR_NAME */ .kz.test(name) && size !== undefined)
            nars.set(name, { size, hash: `sha256-${await sha256((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(narFolder, name), size)}` });
        else
            foreign.push(`nar/${name}`);
        if (at % WITHOUT_BREATH === 0)
            await (0,node_timers_promises__WEBPACK_IMPORTED_MODULE_3__.setImmediate)();
    }
    return { narinfos: (0,_entry_js__WEBPACK_IMPORTED_MODULE_4__/* .splitEntries */ .l8)(readSmall((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, _entry_js__WEBPACK_IMPORTED_MODULE_4__/* .ENTRIES */ .lf), _entry_js__WEBPACK_IMPORTED_MODULE_4__/* .ENTRIES_BYTES */ .Li)), nars, foreign };
}
/** Names in the folder that a binary cache does not need. */
const strayNames = (folder) => names(folder).filter((name) => !_entry_js__WEBPACK_IMPORTED_MODULE_4__/* .NARINFO_NAME */ .cn.test(name) && !['nix-cache-info', 'nar'].includes(name));
/** Text of the ledger; empty where there is none that can be read. */
const readLedgerFile = (folder) => readSmall((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, _ledger_js__WEBPACK_IMPORTED_MODULE_5__/* .LEDGER */ .Uz), _ledger_js__WEBPACK_IMPORTED_MODULE_5__/* .LEDGER_BYTES */ .O8);
/** What earlier runs left; empty where there is nothing that can be read. */
const readMemoryFile = (folder) => readSmall((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, _ledger_js__WEBPACK_IMPORTED_MODULE_5__/* .MEMORY */ .Qy), _ledger_js__WEBPACK_IMPORTED_MODULE_5__/* .MEMORY_BYTES */ .yx);
function readSmall(path, most) {
    const size = regularSize(path);
    return size !== undefined && size <= most ? (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readFileSync)(path, 'utf8') : '';
}
/** Whether it is a folder itself, not a link to one. */
function isFolder(path) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.lstatSync)(path).isDirectory();
    }
    catch {
        return false;
    }
}
const names = (folder) => (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readdirSync)(folder).sort();
/** Bytes of a regular file that has no other name; undefined for everything else. */
function regularSize(path) {
    try {
        const stat = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.lstatSync)(path);
        return stat.isFile() && stat.nlink === 1 ? stat.size : undefined;
    }
    catch {
        return undefined;
    }
}
async function sha256(path, size) {
    if (size <= AT_ONCE)
        return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.hash)('sha256', (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readFileSync)(path), 'base64');
    const whole = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256');
    for await (const chunk of (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.createReadStream)(path, { highWaterMark: AT_ONCE }))
        whole.update(chunk);
    return whole.digest('base64');
}


/***/ }),

/***/ 1497:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   dd: () => (/* binding */ isOfActionsCache),
/* harmony export */   eW: () => (/* binding */ signedCacheKey),
/* harmony export */   qO: () => (/* binding */ openCacheKey),
/* harmony export */   sU: () => (/* binding */ isUnverified),
/* harmony export */   wm: () => (/* binding */ fileKey)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var _nix_signing_key_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5143);


const SIGNED = 'nix-multiarch-cache-';
const OPEN = 'nix-multiarch-unverified-';
// RFC 8410: DER of a PKCS#8 Ed25519 private key up to the 32 bytes of the seed
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
/**
 * The key that signs cache entries of runs with this signing key. It is derived (HKDF-SHA256, RFC 5869), so that no
 * other secret is needed and every run with the key has it, and it is another key, so that a signature in the cache,
 * which every reader of the repository's cache can see, means nothing to the consumers of a push.
 */
function signedCacheKey(key) {
    return makeKey(SIGNED, derive(key, 'nix-multiarch/actions-cache/v1', 32));
}
/** The key of whole files, derived as the one of entries is. */
function fileKey(key) {
    const derived = derive(key, 'nix-multiarch/actions-cache/files/v1', 38);
    const [secret, id] = [derived.subarray(0, 32), derived.subarray(32).toString('hex')];
    return { id, codeOf: (name, bytes) => (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHmac)('sha256', secret).update(`${name}\n`).update(bytes).digest() };
}
function derive(key, label, bytes) {
    const seed = Buffer.from(key.secret.slice(key.name.length + 1), 'base64').subarray(0, 32);
    return Buffer.from((0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.hkdfSync)('sha256', seed, '', label, bytes));
}
/** A key of this run alone. Nix needs one to take entries; in the store its name tells where they came from. */
const openCacheKey = () => makeKey(OPEN, (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(32));
/**
 * Whether a signature in the local store (`name:base64`) is of a path that came out of a cache for which nobody
 * vouches. Such a path, and what was built with it, must not be pushed.
 */
const isUnverified = (signature) => signature.startsWith(OPEN);
/** Whether a key or signature is of this action's caches, not of a cache that others can substitute from. */
const isOfActionsCache = (signature) => [SIGNED, OPEN].some((prefix) => (0,_nix_signing_key_js__WEBPACK_IMPORTED_MODULE_1__/* .keyName */ .xT)(signature).startsWith(prefix));
function makeKey(prefix, seed) {
    const secretKey = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createPrivateKey)({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
    const publicHalf = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createPublicKey)(secretKey).export({ format: 'der', type: 'spki' }).subarray(-32);
    const name = `${prefix}${publicHalf.toString('hex').slice(0, 12)}`;
    return {
        name,
        secret: `${name}:${Buffer.concat([seed, publicHalf]).toString('base64')}`,
        publicKey: `${name}:${publicHalf.toString('base64')}`,
    };
}


/***/ }),

/***/ 7782:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   BA: () => (/* binding */ mergeTokens),
/* harmony export */   P$: () => (/* binding */ parseSettings),
/* harmony export */   XI: () => (/* binding */ setsSandbox),
/* harmony export */   ZZ: () => (/* binding */ daemonConf),
/* harmony export */   cD: () => (/* binding */ renderSettings),
/* harmony export */   l0: () => (/* binding */ showSettings),
/* harmony export */   ss: () => (/* binding */ mergeSettings),
/* harmony export */   tP: () => (/* binding */ SETTINGS_FILE),
/* harmony export */   xe: () => (/* binding */ baseSettings),
/* harmony export */   xv: () => (/* binding */ userConfFiles),
/* harmony export */   yA: () => (/* binding */ clientConf),
/* harmony export */   ym: () => (/* binding */ environmentConf)
/* harmony export */ });
/* harmony import */ var _nix_version_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2394);

/** Nix's own default. */
const NIX_STALLED_SECONDS = 300;
/** Arguments that print all settings as JSON (`show-config` got its new name in Nix 2.20). */
const showSettings = (version) => [
    '--extra-experimental-features',
    'nix-command',
    ...((0,_nix_version_js__WEBPACK_IMPORTED_MODULE_0__/* .atLeast */ .jZ)(version, '2.20') ? ['config', 'show'] : ['show-config']),
    '--json',
];
/** @throws Error where the text is not what Nix prints */
function parseSettings(json) {
    const all = JSON.parse(json);
    const value = (name) => all[name]?.value;
    const system = value('system');
    if (typeof system !== 'string')
        throw new Error('nix prints no setting named system');
    return {
        system,
        store: textOf(value('store')),
        accessTokens: stringMap(value('access-tokens')),
        trustedUsers: strings(value('trusted-users')),
        buildUsersGroup: String(value('build-users-group') ?? ''),
        // `relaxed` is a string; both it and true sandbox builds
        sandbox: value('sandbox') !== false && value('sandbox') !== 'false',
        sandboxFallback: value('sandbox-fallback') !== false,
        maxJobs: Number(value('max-jobs') ?? 1),
        sandboxShell: namesShell(value('sandbox-paths')),
        autoAllocateUids: value('auto-allocate-uids') === true,
        builders: textOf(value('builders')),
        platforms: strings(value('extra-platforms')),
        systemFeatures: strings(value('system-features')),
        substituters: strings(value('substituters')),
        connectTimeout: Number(value('connect-timeout') ?? 0),
        stalledTimeout: Number(value('stalled-download-timeout') ?? NIX_STALLED_SECONDS),
    };
}
const textOf = (value) => Array.isArray(value) ? strings(value).join(' ') : typeof value === 'string' ? value : '';
const strings = (value) => Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
const stringMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]))
    : {};
/** `sandbox-paths` is a list of `target=source`, and since 2.24 or so a map from target to source. */
function namesShell(value) {
    const targets = Array.isArray(value) ? strings(value).map((item) => item.split('=')[0]) : Object.keys(value ?? {});
    return targets.includes('/bin/sh');
}
/** What every run sets for the process that builds, unless the workflow's own lines say otherwise. */
function baseSettings(effective, version, machine) {
    return {
        // Debian 12 ships nix.conf with the sandbox off. Only the workflow may ask for that.
        ...(effective.sandbox || machine.sandboxSet ? {} : { sandbox: 'true' }),
        // By default Nix drops the sandbox without a word where the kernel refuses it.
        'sandbox-fallback': 'false',
        // Nix's own default is one build at a time.
        ...(effective.maxJobs === 1 && machine.cpus > 1 ? { 'max-jobs': 'auto' } : {}),
        ...((0,_nix_version_js__WEBPACK_IMPORTED_MODULE_0__/* .atLeast */ .jZ)(version, '2.19') ? { 'always-allow-substitutes': 'true' } : {}),
        // Nix tries five times: a cache that hangs would hold the job for 25 minutes.
        ...(effective.connectTimeout === 0 ? { 'connect-timeout': '15' } : {}),
        ...(effective.stalledTimeout === NIX_STALLED_SECONDS ? { 'stalled-download-timeout': '60' } : {}),
        // Debian's 2.8.0 is compiled without a shell for the sandbox, which builds expect at /bin/sh.
        ...(effective.sandboxShell || machine.staticShell === undefined
            ? {}
            : { 'extra-sandbox-paths': `/bin/sh=${machine.staticShell}` }),
    };
}
/** Whether lines of nix.conf say anything about the sandbox itself. */
const setsSandbox = (lines) => /^\s*(sandbox|build-use-sandbox|build-use-chroot)\s*=/m.test(lines);
/** Adds settings: values of `extra-` names are joined, others replaced. */
function mergeSettings(before, added) {
    const merged = { ...before };
    for (const [name, value] of Object.entries(added)) {
        const old = merged[name];
        merged[name] =
            old === undefined || !name.startsWith('extra-')
                ? value
                : [...new Set(`${old} ${value}`.split(/\s+/).filter((word) => word !== ''))].join(' ');
    }
    return merged;
}
/** The file of build settings, which the other files include and `applySettings` rewrites. */
const SETTINGS_FILE = 'build.conf';
/** Lines of nix.conf. */
const renderSettings = (settings) => Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
/** What only the evaluating client needs; a daemon would refuse or ignore it. */
const CLIENT_SETTINGS = {
    // Flakes may not bring settings: a trusted user would run their post-build-hook as root.
    'accept-flake-config': 'false',
    'warn-dirty': 'false',
};
/** Names of `extra-nix-config` that concern evaluation and downloads in the client, not builds in a daemon. */
const CLIENT_NAMES = /^\s*(extra-)?(experimental-features|accept-flake-config|warn-dirty|flake-registry|netrc-file|nix-path|eval-cache|tarball-ttl|allow-import-from-derivation|allowed-uris|pure-eval|restrict-eval|use-registries|show-trace|substituters|ssl-cert-file)\s*=/;
/**
 * The private file of this run, which the client reads first of all user files.
 * Order: ours, the workflow's lines (they win), and last what adds to any of them.
 * @param userLines the input `extra-nix-config`
 * @param tokens all tokens that hold for this run, host to token
 * @param builds where the build settings of this run are: in a file beside this one, nowhere yet, or with a daemon, which
 *   would refuse them from this user
 */
function clientConf(userLines, tokens, builds) {
    const pairs = Object.entries(tokens).map(([host, token]) => `${host}=${token}`);
    return `${[
        renderSettings(CLIENT_SETTINGS).trimEnd(),
        // relative, since a folder's name may have spaces
        ...(builds === 'beside' ? [`include ${SETTINGS_FILE}`] : []),
        ...userLines.split('\n').filter((line) => builds !== 'daemon' || CLIENT_NAMES.test(line)),
        'extra-experimental-features = nix-command flakes',
        ...(pairs.length === 0 ? [] : [`access-tokens = ${pairs.join(' ')}`]),
    ].join('\n')}\n`;
}
/** The workflow's NIX_CONFIG, which Nix reads after all files: it may not turn off what this action needs. */
const environmentConf = (given) => given ? `${given}\nextra-experimental-features = nix-command flakes` : given;
/**
 * nix.conf of a daemon of this run, in a folder below ours: the machine's, ours, the workflow's lines; no tokens.
 * @param machineFolder where the machine's nix.conf is; the list of remote builders is looked for beside nix.conf
 * @param user who will use it, whatever users the machine's own daemon allows
 */
function daemonConf(userLines, machineFolder, user) {
    const kept = userLines.split('\n').filter((line) => !TOKENS.test(line));
    return `${[`builders = @${machineFolder}/machines`, `!include ${machineFolder}/nix.conf`, `include ../${SETTINGS_FILE}`, ...kept, `extra-allowed-users = ${user}`].join('\n')}\n`;
}
const TOKENS = /^\s*(extra-)?access-tokens\s*=/;
/**
 * Tokens that hold for this run, host to token: those that are there, `token` for `host`, and above both the
 * workflow's own lines, `extra-` ones too (Nix itself would keep an older token of that host).
 */
function mergeTokens(there, userLines, host, token) {
    const own = userLines
        .split('\n')
        .filter((line) => TOKENS.test(line))
        .flatMap((line) => line
        .slice(line.indexOf('=') + 1)
        .replace(/#.*/, '')
        .split(/\s+/))
        .filter((pair) => pair.includes('='))
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
    return { ...there, ...(token ? { [host]: token } : {}), ...Object.fromEntries(own) };
}
/**
 * NIX_USER_CONF_FILES: it replaces Nix's own list, so that list follows ours; of two files that set a thing the one
 * named first wins (loadConfFile, libstore/globals.cc).
 */
function userConfFiles(ours, env, home, version) {
    const given = env.NIX_USER_CONF_FILES;
    if (given)
        return [ours, given].join(':');
    const own = (0,_nix_version_js__WEBPACK_IMPORTED_MODULE_0__/* .atLeast */ .jZ)(version, '2.24') && env.NIX_CONFIG_HOME ? env.NIX_CONFIG_HOME : undefined;
    const folders = [env.XDG_CONFIG_HOME || `${home}/.config`, ...(env.XDG_CONFIG_DIRS || '/etc/xdg').split(':')];
    const files = folders.filter((folder) => folder !== '').map((folder) => `${folder}/nix/nix.conf`);
    return [ours, ...(own === undefined ? files : [`${own}/nix.conf`, ...files.slice(1)])].join(':');
}


/***/ }),

/***/ 727:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   GN: () => (/* binding */ SettingsError),
/* harmony export */   J2: () => (/* binding */ chooseCandidate),
/* harmony export */   rv: () => (/* binding */ findNix)
/* harmony export */ });
/* unused harmony export settingsProblem */
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6760);
/* harmony import */ var _nix_version_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(2394);
/* harmony import */ var _runner_errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4890);
/* harmony import */ var _home_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(887);





/** Takes the first candidate that is new enough; the sentences say why others are not. */
function chooseCandidate(candidates) {
    const refused = [];
    for (const { path, printed } of candidates) {
        const version = (0,_nix_version_js__WEBPACK_IMPORTED_MODULE_4__/* .parseNixVersion */ .p_)(printed);
        if (version !== undefined && (0,_nix_version_js__WEBPACK_IMPORTED_MODULE_4__/* .atLeast */ .jZ)(version, _nix_version_js__WEBPACK_IMPORTED_MODULE_4__/* .OLDEST_NIX */ .ad))
            return { chosen: { path, version }, refused };
        const text = JSON.stringify(printed.trim().slice(0, 200));
        refused.push(version === undefined
            ? `${path} --version printed ${text}, which is no Nix version`
            : `${path} is Nix ${version.text}, older than ${_nix_version_js__WEBPACK_IMPORTED_MODULE_4__/* .OLDEST_NIX */ .ad}, the oldest that works`);
    }
    return { chosen: undefined, refused };
}
/** What keeps a Nix from starting that has been set up wrongly: another one would read the same files. */
function settingsProblem(candidates) {
    const pattern = /error: (.*(?:configuration line|included from|setting '[^']*' has invalid value).*)/;
    return candidates.map(({ printed }) => pattern.exec(printed)?.[1]).find((problem) => problem !== undefined);
}
/** The settings of the Nix that is there are wrong, which no other source of Nix would mend. */
class SettingsError extends _runner_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .UserError */ .yo {
}
const places = (home) => [
    '/nix/var/nix/profiles/default/bin',
    `${home}/.nix-profile/bin`,
    `${home}/.local/state/nix/profile/bin`,
    '/run/current-system/sw/bin',
    '/usr/bin',
];
/**
 * Looks for a Nix on PATH and at the known places. Only `nix --version` is run: the older tools open the store, and
 * `nix-store --version` by root even makes /nix.
 */
async function findNix(runner) {
    const home = (0,_home_js__WEBPACK_IMPORTED_MODULE_3__/* .homeOfNix */ .O)(runner.facts);
    const onPath = runner.commands.find('nix');
    const paths = [onPath, ...places(home).map((folder) => `${folder}/nix`)];
    const there = [...new Set(paths.filter((path) => path !== undefined && (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)(path)))];
    const candidates = [];
    for (const path of there) {
        const result = await runner.commands.run({ tool: path, args: ['--version'] }, { accept: 'any', timeoutSeconds: 60 });
        candidates.push({ path, printed: result.exitCode === 0 ? result.stdout : result.stderr || result.stdout });
    }
    const { chosen, refused } = chooseCandidate(candidates);
    if (chosen !== undefined) {
        return { found: { bin: toolFolder(chosen.path), version: chosen.version, onPath: chosen.path === onPath }, why: '' };
    }
    const problem = settingsProblem(candidates);
    if (problem !== undefined)
        throw new SettingsError(`Nix cannot read its settings: ${problem}.\nCorrect NIX_CONFIG, or nix.conf on this machine: any Nix reads these.`);
    const looked = `no Nix is there (looked on PATH, in ${places(home).join(', ')})`;
    return { found: undefined, why: refused.length === 0 ? looked : refused.join('; ') };
}
/** The folder that also holds nix-store: that of a link's target where somebody linked only `nix`. */
function toolFolder(path) {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.existsSync)(`${(0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(path)}/nix-store`) ? (0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(path) : (0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.realpathSync)(path));
}


/***/ }),

/***/ 887:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   O: () => (/* binding */ homeOfNix),
/* harmony export */   U: () => (/* binding */ ownHome)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3024);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8161);


/**
 * The home that Nix goes by (getHome, libutil/users.cc): not one of another user's, as root has in the container of a
 * job, where HOME is a folder of the machine's runner.
 */
function homeOfNix({ env, home, uid }) {
    try {
        if (env.HOME && (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)(env.HOME).uid === uid)
            return env.HOME;
        return (0,node_os__WEBPACK_IMPORTED_MODULE_1__.userInfo)().homedir;
    }
    catch {
        return home; // HOME is not there, and Nix will make it; or the user has no name
    }
}
/** Whether Nix finds none, and ends with that: HOME is another user's or not set, and this one has no name. */
function isHomeless({ env, uid }) {
    const owner = env.HOME ? ownerOf(env.HOME) : 'unknown';
    if (owner === 'absent' || owner === uid)
        return false;
    try {
        (0,node_os__WEBPACK_IMPORTED_MODULE_1__.userInfo)();
        return false;
    }
    catch {
        return true;
    }
}
function ownerOf(folder) {
    try {
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.statSync)(folder).uid;
    }
    catch (error) {
        return error.code === 'ENOENT' ? 'absent' : 'unknown';
    }
}
/** For a user for whom Nix finds no home, as a container's may be. */
async function ownHome(runner) {
    if (!isHomeless(runner.facts))
        return {};
    const HOME = `${runner.facts.folder}/home`;
    await runner.files.makeDirectory(HOME, { mode: 0o700 });
    runner.log.info(`This user (${runner.facts.uid}) has no entry in /etc/passwd, and HOME (${runner.facts.env.HOME || 'not set'}) is not ` +
        'its own: this run has a home of its own. Later steps that use Nix need HOME set to a folder of this user.');
    return { HOME };
}


/***/ }),

/***/ 8054:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  iN: () => (/* reexport */ applySettings),
  Fh: () => (/* binding */ installNix),
  DP: () => (/* reexport */ withDaemon)
});

// UNUSED EXPORTS: reasonFor, sourcesFor

// EXTERNAL MODULE: ./build/js/nix/system.js
var nix_system = __webpack_require__(7801);
// EXTERNAL MODULE: ./build/js/runner/errors.js
var errors = __webpack_require__(4890);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: ./build/js/runner/parallel.js
var parallel = __webpack_require__(3666);
// EXTERNAL MODULE: ./build/js/install/conf.js
var conf = __webpack_require__(7782);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./build/js/install/home.js
var install_home = __webpack_require__(887);
;// CONCATENATED MODULE: ./build/js/install/environment.js



const PROFILE = '/nix/var/nix/profiles/default';
/** In a profile that has Nix's own certificates. */
const BUNDLE = 'etc/ssl/certs/ca-bundle.crt';
/** Places of the CA certificates, those of the system first: a company's own CA is there (upstream's nix-daemon.sh). */
const CERTIFICATES = [
    '/etc/ssl/certs/ca-certificates.crt',
    '/etc/ssl/ca-bundle.pem',
    '/etc/ssl/certs/ca-bundle.crt',
    '/etc/pki/tls/certs/ca-bundle.crt',
    `${PROFILE}/${BUNDLE}`,
    `${PROFILE}/etc/ca-bundle.crt`,
];
/** NIX_SSL_CERT_FILE, where it is not set and certificates are found. Like Nix, it goes by SSL_CERT_FILE first. */
function certificates(env, exists = external_node_fs_.existsSync) {
    if (env.NIX_SSL_CERT_FILE)
        return {};
    const file = env.SSL_CERT_FILE || CERTIFICATES.find(exists);
    return file === undefined ? {} : { NIX_SSL_CERT_FILE: file };
}
const FORWARDED = ['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy'];
/** Variables that a daemon of this run needs to reach the network. */
function daemonEnvironment(env) {
    const names = [...FORWARDED, ...FORWARDED.map((name) => name.toUpperCase()), 'NIX_SSL_CERT_FILE'];
    const set = names.flatMap((name) => (env[name] ? [[name, env[name]]] : []));
    return { ...certificates(env), ...Object.fromEntries(set) };
}
const LOGIN_SCRIPT = '/etc/profile.d/nix-multiarch.sh';
/** What a login shell needs: /etc/profile replaces the PATH that a job gives its steps. */
const loginScript = (bin, certificates) => `# of a job that has installed Nix; its post step removes this file
PATH="$HOME/.nix-profile/bin:${bin}:$PATH"
NIX_PROFILES="\${NIX_PROFILES:-${PROFILE} $HOME/.nix-profile}"
export PATH NIX_PROFILES
${certificates === undefined ? `if [ -e ${PROFILE}/${BUNDLE} ]; then\n  ${exported(`${PROFILE}/${BUNDLE}`)}\nfi` : exported(certificates)}
`;
const exported = (file) => `export NIX_SSL_CERT_FILE="\${NIX_SSL_CERT_FILE:-${file}}"`;
/** Makes a Nix that this run has installed known to login shells, where root can. */
async function tellLoginShells(runner, bin) {
    if (runner.facts.privilege === 'none' || !(0,external_node_fs_.existsSync)((0,external_node_path_.dirname)(LOGIN_SCRIPT)) || (0,external_node_fs_.existsSync)(LOGIN_SCRIPT))
        return;
    await runner.journal.record({ kind: 'remove', path: LOGIN_SCRIPT, root: true, shared: true });
    const input = loginScript(bin, certificates({}).NIX_SSL_CERT_FILE);
    // under its own name at once: a draft beside it would outlive a killed job
    const tee = { tool: 'tee', args: ['--', LOGIN_SCRIPT], input };
    const result = await runner.commands.run(tee, {
        asRoot: true,
        accept: 'any',
        timeoutSeconds: 30,
        discardStdout: true,
    });
    // a container's /etc may be read-only, and few steps are login shells
    if (result.exitCode !== 0)
        runner.log.info(`Login shells will not find Nix: ${result.stderr.trim()}.`);
}
/** What upstream's profile scripts give a login shell, for the later steps of the job. */
function exportToJob(runner, env, bin, onPath) {
    const home = (0,install_home/* homeOfNix */.O)(runner.facts);
    for (const [name, value] of Object.entries(env))
        if (value !== undefined)
            runner.job.exportVariable(name, value);
    if (onPath)
        return;
    if (!runner.facts.env.NIX_PROFILES)
        runner.job.exportVariable('NIX_PROFILES', `${PROFILE} ${home}/.nix-profile`);
    runner.job.addPath(bin);
    runner.job.addPath(`${home}/.nix-profile/bin`);
}

;// CONCATENATED MODULE: ./build/js/install/read.js

/** Text of a file of the machine; undefined where it is not there, is no file, or this user may not read it. */
function readText(path) {
    try {
        return (0,external_node_fs_.readFileSync)(path, 'utf8');
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/js/install/machine/build-users.js



const FIRST_UID = 30001;
const GID = 30000;
/** Whether a group has members, as Nix looks at it: named in /etc/group, not by primary group. */
function hasMembers(groupFile, group) {
    const line = groupFile.split('\n').find((text) => text.startsWith(`${group}:`));
    return (line?.split(':')[3] ?? '').trim() !== '';
}
/**
 * Users for builds, numbered as upstream's installer does (group 30000, users from 30001); names and ids that are
 * taken are passed over.
 */
function planBuildUsers(passwdFile, groupFile, group, count) {
    const names = new Set(column(passwdFile, 0));
    const uids = new Set(column(passwdFile, 2));
    const gids = new Set(column(groupFile, 2));
    let gid = GID;
    while (gids.has(String(gid)))
        gid -= 1;
    const users = [];
    const passwdLines = [];
    for (let uid = FIRST_UID, number = 1; users.length < count; uid += 1, number += 1) {
        while (uids.has(String(uid)))
            uid += 1;
        while (names.has(`${group}${number}`))
            number += 1;
        users.push(`${group}${number}`);
        // `!` is the hash of no password: nobody logs in as one of these
        passwdLines.push(`${group}${number}:!:${uid}:${gid}:Nix build user ${number}:/var/empty:/usr/sbin/nologin`);
    }
    return { group, users, passwdLines, groupLine: `${group}:!:${gid}:${users.join(',')}` };
}
const column = (file, index) => file.split('\n').map((line) => line.split(':')[index] ?? '');
/** How many builds may run at once: each needs a user. */
const enough = (cpus) => Math.min(32, Math.max(8, 2 * cpus));
/**
 * Makes a group with build users, all by one command; post takes them away.
 * @param wanted name of the group that Nix looks for; where it is taken by one without members, another name is used
 * @returns name of the group
 */
async function createBuildUsers(runner, wanted) {
    const [passwd, groups] = [readText('/etc/passwd') ?? '', readText('/etc/group') ?? ''];
    const taken = new Set(column(groups, 0));
    const group = ['nixbld', 'nixmultiarch'].find((name) => !taken.has(name)) ?? `nixmultiarch${process.pid}`;
    const name = wanted !== '' && !taken.has(wanted) ? wanted : group;
    const plan = planBuildUsers(passwd, groups, name, enough(runner.facts.cpus));
    await recordUsers(runner, plan);
    // each file by one append, which other programs that add users at this moment survive
    const script = 'printf %s "$1" >>/etc/group && printf %s "$2" >>/etc/passwd';
    const texts = [appended(groups, [plan.groupLine]), appended(passwd, plan.passwdLines)];
    const append = { tool: 'sh', args: ['-c', script, 'sh', ...texts] };
    const result = await runner.commands.run(append, { asRoot: true, accept: 'any', timeoutSeconds: 30 });
    if (result.exitCode !== 0)
        throw new errors/* UserError */.yo(`users for builds cannot be added to /etc/group and /etc/passwd: ${result.stderr.trim()}\nMake these writable for ` +
            'root, or add a group nixbld with members to the machine before. A job that runs as root may also write ' +
            '"build-users-group =" in extra-nix-config: builds are root inside the sandbox then.');
    return plan.group;
}
/** Taken out as they are put in, by line: userdel is not everywhere, and refuses a user of whom a process is left. */
async function recordUsers(runner, { group, users }) {
    const undo = (file, names) => {
        if (!(0,external_node_fs_.existsSync)(file))
            return { kind: 'remove', path: file, root: true, shared: true };
        const args = ['-i', '--follow-symlinks', ...names.flatMap((name) => ['-e', `/^${name}:/d`]), file];
        return { kind: 'command', tool: 'sed', args, root: true, shared: true };
    };
    await runner.journal.record(undo('/etc/group', [group]), undo('/etc/passwd', users));
}
const appended = (before, added) => `${before === '' || before.endsWith('\n') ? '' : '\n'}${added.join('\n')}\n`;

;// CONCATENATED MODULE: ./build/js/install/machine/kvm.js

const DEVICE = '/dev/kvm';
/** Mode that lets build users use the device, as the udev rule of other installers does; undefined where they may. */
const openedMode = (mode) => ((mode & 0o006) === 0o006 ? undefined : mode | 0o666);
/**
 * Lets builds use KVM where the machine has it (Nix itself finds it and adds the feature `kvm`). A change of mode, not a
 * udev rule: it needs no udev, and post undoes it.
 */
async function openKvm(runner) {
    if (!(0,external_node_fs_.existsSync)(DEVICE))
        return;
    const before = (0,external_node_fs_.statSync)(DEVICE).mode & 0o7777;
    const after = openedMode(before);
    if (after === undefined)
        return;
    const chmod = (mode) => ({ tool: 'chmod', args: [mode.toString(8), DEVICE] });
    await runner.journal.record({ kind: 'command', ...chmod(before), root: true, shared: true });
    // a container may have the device without any right over it: builds go without
    const result = await runner.commands.run(chmod(after), { asRoot: true, accept: 'any', timeoutSeconds: 30 });
    runner.log.info(result.exitCode === 0 ? `KVM: builds may use ${DEVICE}.` : `KVM: ${result.stderr.trim()}`);
}

;// CONCATENATED MODULE: ./build/js/install/machine/sandbox.js

/**
 * Whether Nix can make its sandbox, as it decides itself (libstore/unix/build, libutil/linux/linux-namespaces.cc):
 * mount and PID namespaces with a new /proc, inside a user namespace where the kernel gives one, else by root.
 */
const sandboxWorks = (probe) => probe.userNamespace ? probe.inUserNamespace : probe.asRoot;
const NAMESPACES = ['--mount', '--pid', '--fork', '--mount-proc', 'true'];
/** @throws UserError where builds cannot be sandboxed; says nothing where unshare(1) is not there to ask. */
async function requireSandbox(runner, buildsAsRoot) {
    if (runner.commands.find('unshare') === undefined)
        return;
    let last = '';
    const works = async (...args) => {
        const options = { accept: 'any', timeoutSeconds: 20, asRoot: buildsAsRoot };
        const result = await runner.commands.run({ tool: 'unshare', args }, options);
        if (result.exitCode !== 0)
            last = result.stderr.trim();
        return result.exitCode === 0;
    };
    const inUserNamespace = await works('--user', '--map-root-user', ...NAMESPACES);
    if (inUserNamespace)
        return;
    const userNamespace = await works('--user', '--map-root-user', 'true');
    const asRoot = !userNamespace && buildsAsRoot && (await works(...NAMESPACES));
    if (sandboxWorks({ userNamespace, inUserNamespace, asRoot }))
        return;
    throw new errors/* UserError */.yo(`Nix cannot make its build sandbox on this machine (${last}). In a container, run it with --privileged; on a ` +
        'machine that restricts user namespaces, run the job as root or let its user use sudo. To build without a ' +
        'sandbox, with what the machine happens to have in reach, write "sandbox = false" in extra-nix-config.');
}

;// CONCATENATED MODULE: ./build/js/install/machine/ahead.js








/** Group of build users that Nix looks for where nothing names another. */
const GROUP = 'nixbld';
/** Whether a Nix that root installs now will build as members of `nixbld`, and there is no such group yet. */
const wantsUsers = ({ settings, groups }) => !/build-users-group|auto-allocate-uids|include/.test(settings) && !new RegExp(`^${GROUP}:`, 'm').test(groups);
/**
 * Does to the machine what a Nix that root installs will need, while that is unpacked: build users, `/dev/kvm`, login
 * shells, and the question whether there can be a sandbox.
 * @param bin where its programs will be
 * @throws UserError where builds cannot be sandboxed
 */
async function prepareMachine(runner, userLines, bin) {
    const settings = settingsBeforeNix(runner, userLines);
    const users = settings !== undefined && wantsUsers({ settings, groups: readText('/etc/group') ?? '' });
    await Promise.all([
        users ? createBuildUsers(runner, GROUP) : undefined,
        (0,conf/* setsSandbox */.XI)(`${userLines}\n${runner.facts.env.NIX_CONFIG ?? ''}`) ? undefined : requireSandbox(runner, true),
        openKvm(runner),
        tellLoginShells(runner, bin),
    ]);
}
/** All lines and files that can set anything, joined; undefined where they may be anywhere. */
function settingsBeforeNix({ facts }, userLines) {
    const { env } = facts;
    if ([env.NIX_CONF_DIR, env.NIX_USER_CONF_FILES, env.NIX_CONFIG_HOME].some(Boolean))
        return undefined;
    const files = [
        '/etc/nix/nix.conf',
        `${env.XDG_CONFIG_HOME || `${(0,install_home/* homeOfNix */.O)(facts)}/.config`}/nix/nix.conf`,
        '/etc/xdg/nix/nix.conf',
    ];
    // what this user may not read may say anything: it is waited for what Nix makes of it
    const texts = files.filter(external_node_fs_.existsSync).map((file) => readText(file) ?? 'include');
    return [userLines, env.NIX_CONFIG ?? '', ...texts].join('\n');
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(8500);
// EXTERNAL MODULE: ./build/js/nix/log-text.js
var log_text = __webpack_require__(3670);
;// CONCATENATED MODULE: ./build/js/install/daemon/systemd.js

const daemonUnit = () => `nix-multiarch-${(0,external_node_crypto_.randomBytes)(6).toString('hex')}.service`;
/**
 * Arguments of systemd-run. Limits and KillMode are those of upstream's nix-daemon.service (misc/systemd): builds of
 * other clients go on when the daemon is started anew.
 */
const unitArguments = ({ unit, program, environmentFile, log }) => [
    ...['--quiet', '--no-ask-password', '--collect', `--unit=${unit}`, '--service-type=exec'],
    '--description=Nix daemon of a job',
    ...[
        ...['KillMode=process', 'Delegate=yes', 'LimitNOFILE=1048576', 'TasksMax=1048576', 'TimeoutStopSec=10'],
        `EnvironmentFile=${environmentFile}`,
        ...[`StandardOutput=append:${log}`, `StandardError=append:${log}`],
    ].map((property) => `--property=${property}`),
    '--',
    ...program,
];
/** Text of an EnvironmentFile= (systemd.exec(5)), and for a shell: quoted, so that no character of a value means anything. */
const environmentFile = (variables) => Object.entries(variables)
    .map(([name, value]) => `${name}="${value.replace(/["\\$`]/g, '\\$&')}"\n`)
    .join('');
/** Has systemd run a program. @returns why systemd does not, where it does not */
async function startUnit(runner, plan) {
    const command = { tool: 'systemd-run', args: unitArguments(plan) };
    const result = await runner.commands.run(command, { asRoot: true, accept: 'any', timeoutSeconds: 30 });
    if (result.exitCode === 0)
        return undefined;
    await stopUnit(runner, plan.unit);
    return result.stopped ?? (result.stderr.trim().split('\n').at(-1) || `systemd-run ended with ${result.exitCode}`);
}
/** Ends the program of a unit, not what it has started. */
async function stopUnit(runner, unit) {
    await systemctl(runner, 'stop', unit);
}
const isActive = async (runner, unit) => (await systemctl(runner, 'is-active', unit)) === 0;
async function systemctl(runner, verb, unit) {
    const args = ['--quiet', '--no-ask-password', verb, unit];
    const options = { asRoot: true, accept: 'any', timeoutSeconds: 30 };
    return (await runner.commands.run({ tool: 'systemctl', args }, options)).exitCode;
}

;// CONCATENATED MODULE: ./build/js/install/daemon/daemon.js






/** Where every client looks for the daemon. */
const STANDARD_SOCKET = '/nix/var/nix/daemon-socket/socket';
const START_SECONDS = 30;
const STOP_SECONDS = 10;
const ANSWER_SECONDS = 10;
/** Between two questions to systemd, in turns of 2 ms. */
const TURNS_PER_LOOK = 100;
const LAST_LINES = 10;
/** With this a client begins, and a daemon that serves it answers (WORKER_MAGIC_1, libstore/worker-protocol.hh). */
const HELLO = Buffer.from('6378696e00000000', 'hex');
/** Whether somebody listens at a socket. @param hello what is said to it: then also whether there is an answer */
function probeSocket(path, hello) {
    return new Promise((resolve) => {
        const socket = (0,external_node_net_.connect)(path);
        const end = (state) => {
            socket.destroy();
            resolve(state);
        };
        socket.setTimeout(ANSWER_SECONDS * 1000, () => end(hello === undefined ? 'dead' : 'silent'));
        socket.once('connect', () => (hello === undefined ? end('answers') : socket.write(hello)));
        socket.once('data', () => end('answers'));
        socket.once('end', () => end('denied'));
        socket.once('error', ({ code = '' }) => end(MEANINGS[code] ?? 'absent'));
    });
}
const MEANINGS = {
    ECONNREFUSED: 'dead',
    EACCES: 'denied',
    EPERM: 'denied',
    ECONNRESET: 'denied',
    EPIPE: 'denied',
    EAGAIN: 'silent',
};
/**
 * Starts nix-daemon as root, by systemd where that runs, and waits until it answers; post ends it.
 * @param idle called once it is starting
 * @throws UserError with the end of its log
 */
async function startDaemon(runner, plan, idle) {
    const variables = { ...plan.environment, NIX_DAEMON_SOCKET_PATH: plan.socket };
    // 0600 and no arguments, which every user can read: a proxy may want a password
    await runner.files.write(variablesFile(runner), environmentFile(variables), { mode: 0o600 });
    if (plan.socket === STANDARD_SOCKET && !(0,external_node_fs_.existsSync)(plan.socket)) {
        await runner.journal.record({ kind: 'remove', path: plan.socket, root: true, shared: true });
    }
    const run = (await startBySystemd(runner, plan)) ?? (await startByItself(runner, plan));
    const daemon = { run, socket: plan.socket, environment: plan.environment };
    idle?.();
    const limit = performance.now() + START_SECONDS * 1000;
    for (let turn = 1; (await probeSocket(plan.socket)) !== 'answers'; turn += 1) {
        const alive = (turn % TURNS_PER_LOOK !== 0 && run.kind === 'unit') || (await isAlive(runner, run));
        if (!alive || performance.now() > limit) {
            const why = alive ? `does not answer after ${START_SECONDS} s` : 'ended at once';
            throw new errors/* UserError */.yo(`nix-daemon ${why}: ${lastWords(runner) || 'its log is empty'}`);
        }
        await (0,promises_.setTimeout)(2);
    }
    return daemon;
}
/** At the usual place it serves other jobs too. */
const sharing = (plan) => (plan.socket === STANDARD_SOCKET ? { shared: true } : {});
async function startBySystemd(runner, plan) {
    if (!runner.facts.systemd || runner.commands.find('systemd-run') === undefined)
        return undefined;
    const unit = daemonUnit();
    // ours, so that it can be read; systemd only adds to it
    if (!(0,external_node_fs_.existsSync)(daemonLog(runner)))
        await runner.files.write(daemonLog(runner), '', { mode: 0o600 });
    await runner.journal.record({ kind: 'unit', name: unit, ...sharing(plan) });
    const program = [`${plan.bin}/nix-daemon`, '--daemon'];
    const problem = await startUnit(runner, {
        unit,
        program,
        environmentFile: variablesFile(runner),
        log: daemonLog(runner),
    });
    if (problem === undefined)
        return { kind: 'unit', unit };
    runner.log.info(`systemd does not run the Nix daemon (${problem}): this run starts it by itself.`);
    return undefined;
}
/** $1 file of variables; builds must not get a temporary folder that only this user may enter. */
const START = 'unset NIX_REMOTE TMPDIR; set -a; . "$1"; set +a; exec "$2" --daemon';
async function startByItself(runner, plan) {
    const command = { tool: 'sh', args: ['-c', START, 'sh', variablesFile(runner), `${plan.bin}/nix-daemon`] };
    let startTime = '';
    const record = async (started) => {
        startTime = readStartTime(started) ?? '';
        await runner.journal.record({ kind: 'stop', pid: started, startTime, root: true, ...sharing(plan) });
    };
    const pid = await runner.commands.startDetached(command, daemonLog(runner), record, { asRoot: true });
    return { kind: 'itself', pid, startTime };
}
async function isAlive(runner, run) {
    if (run.kind === 'unit')
        return await isActive(runner, run.unit);
    return run.startTime !== '' && readStartTime(run.pid) === run.startTime;
}
/** Stops a daemon of this run; builds of other clients, in process groups of their own, go on. */
async function stopDaemon(runner, { run }) {
    if (run.kind === 'unit')
        return await stopUnit(runner, run.unit);
    if (!(await isAlive(runner, run)))
        return;
    const kill = (signal) => runner.commands.run({ tool: 'kill', args: [`-${signal}`, '--', `-${run.pid}`] }, { asRoot: true, accept: 'any', timeoutSeconds: 10 });
    await kill('TERM');
    const limit = performance.now() + STOP_SECONDS * 1000;
    while (await isAlive(runner, run)) {
        if (performance.now() > limit)
            await kill('KILL');
        await (0,promises_.setTimeout)(10);
    }
}
const variablesFile = (runner) => `${runner.facts.folder}/daemon.env`;
const daemonLog = (runner) => `${runner.facts.folder}/nix-daemon.log`;
function readLog(runner) {
    try {
        return (0,external_node_fs_.readFileSync)(daemonLog(runner), 'utf8');
    }
    catch {
        return '';
    }
}
/** The end of what the daemons of this run have printed; empty where they have printed nothing. */
function lastWords(runner) {
    const log = readLog(runner);
    const words = remarkable(log);
    return (words.length > 0 ? words : log.trim().split('\n')).slice(-LAST_LINES).join('\n');
}
/** What says no more than that a client came, went without a word, or was ended by us since nobody wants its answer. */
const USUAL = /^accepted connection from |error: (?:unexpected end-of-file|interrupted by the user)$/;
/** Lines of its log that are not in every log. */
const remarkable = (log) => (0,log_text/* plainText */.wh)(log)
    .split('\n')
    .filter((line) => line.trim() !== '' && !USUAL.test(line));
/** What the daemons of this run have printed, but for who came. */
const remarks = (runner) => remarkable(readLog(runner)).slice(-LAST_LINES);
/** Start time of a process, field 22 of proc(5) stat; undefined where it is gone or only waits to be reaped. */
function readStartTime(pid) {
    try {
        const stat = (0,external_node_fs_.readFileSync)(`/proc/${pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return fields[0] === 'Z' ? undefined : fields[19];
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/js/install/settings.js






const MACHINE_CONF = '/etc/nix';
/** The private file of this run that the client reads. */
const confFile = (runner) => `${runner.facts.folder}/nix.conf`;
/** unix(7) allows 107 bytes, and Nix reads the path as part of a URL. */
const SOCKET_PATH = /^[\w./-]{1,100}$/;
/** Socket of a daemon of this run that runs beside the machine's. Its folder lets nobody else in. */
async function privateSocket(runner) {
    const usual = `${runner.facts.folder}/daemon.socket`;
    if (SOCKET_PATH.test(usual))
        return usual;
    const folder = `/tmp/nix-multiarch-${(0,external_node_crypto_.randomBytes)(8).toString('hex')}`;
    await runner.journal.record({ kind: 'remove', path: folder, root: false });
    await runner.files.makeDirectory(folder, { mode: 0o700 });
    return `${folder}/daemon.socket`;
}
/** Writes what the client reads. @param builds see clientConf */
async function writeClientConf(runner, userLines, tokens, builds) {
    // 0600: it holds tokens
    await runner.files.write(confFile(runner), (0,conf/* clientConf */.yA)(userLines, tokens, builds), { mode: 0o600 });
}
const writeBuildConf = (runner, settings) => runner.files.write(`${runner.facts.folder}/${conf/* SETTINGS_FILE */.tP}`, (0,conf/* renderSettings */.cD)(settings), { mode: 0o600 });
/** Writes the settings where a daemon of this run reads them, and starts it. */
async function openDaemon(runner, wanted) {
    const folder = `${runner.facts.folder}/conf`;
    const machineConf = runner.facts.env.NIX_CONF_DIR || MACHINE_CONF;
    await runner.files.makeDirectory(folder, { mode: 0o700 });
    await writeBuildConf(runner, wanted.settings);
    await runner.files.write(`${folder}/nix.conf`, (0,conf/* daemonConf */.ZZ)(wanted.userLines, machineConf, runner.facts.user), {
        mode: 0o600,
    });
    const registry = readText(`${machineConf}/registry.json`);
    if (registry !== undefined)
        await runner.files.write(`${folder}/registry.json`, registry);
    const socket = wanted.socket ?? STANDARD_SOCKET;
    const environment = { ...daemonEnvironment(runner.facts.env), NIX_CONF_DIR: folder };
    const daemon = await startDaemon(runner, { bin: wanted.bin, socket, environment }, wanted.idle);
    // The client reads the daemon's file too, as nix.conf of the machine: it shows the same settings and sends none.
    const env = { NIX_CONF_DIR: folder, ...(wanted.socket === undefined ? {} : { NIX_REMOTE: `unix://${socket}` }) };
    return { daemon, settings: wanted.settings, env };
}
/** Writes the settings where the building process reads them, and starts the daemon of this run where one is needed. */
async function openWiring(runner, plan) {
    const { kind, ahead } = plan;
    if (kind === 'client')
        await writeBuildConf(runner, plan.settings);
    await writeClientConf(runner, plan.userLines, plan.tokens, kind === 'client' ? 'beside' : 'daemon');
    if (kind !== 'own-daemon')
        return { wiring: { kind }, env: {} };
    const serves = ahead !== undefined && (0,conf/* renderSettings */.cD)(ahead.settings) === (0,conf/* renderSettings */.cD)(plan.settings);
    if (ahead !== undefined && !serves)
        await stopDaemon(runner, ahead.daemon);
    const { daemon, env } = serves ? ahead : await openDaemon(runner, plan);
    return { wiring: { kind, daemon }, env };
}
/**
 * Adds build settings to those of this run (`extra-platforms`, `extra-system-features`, `extra-sandbox-paths`, …) and
 * restarts the daemon of this run where they changed.
 * @param settings name to value; `extra-` names are joined with what is set already
 * @throws UserError where the machine's daemon does not let this run set them
 */
async function applySettings(runner, installed, settings) {
    const merged = (0,conf/* mergeSettings */.ss)(installed.settings, settings);
    if ((0,conf/* renderSettings */.cD)(merged) === (0,conf/* renderSettings */.cD)(installed.settings))
        return installed;
    const { wiring, nix } = installed;
    if (wiring.kind === 'fixed') {
        throw new errors/* UserError */.yo('the Nix daemon of this machine does not take settings from this user. Add to its nix.conf and restart it:\n' +
            `${(0,conf/* renderSettings */.cD)(settings)}or add this user to its trusted-users, or let this user use sudo without a password.`);
    }
    await writeBuildConf(runner, merged);
    const extra = (settings['extra-substituters'] ?? '').split(' ').filter((url) => url !== '');
    const next = { ...installed, settings: merged, nix: { ...nix, substituters: [...nix.substituters, ...extra] } };
    if (wiring.kind === 'client')
        return next;
    await stopDaemon(runner, wiring.daemon);
    const daemon = await startDaemon(runner, { ...wiring.daemon, bin: nix.bin });
    return { ...next, wiring: { kind: 'own-daemon', daemon } };
}

;// CONCATENATED MODULE: ./build/js/install/ahead.js



/** Names in nix.conf that change what this run sets for a daemon of its own (baseSettings, build users). */
const NAMES = /sandbox|max-jobs|connect-timeout|stalled-download|build-users-group|auto-allocate-uids|include/;
/** Whether a Nix that root installs now will have the settings of this run that its own defaults lead to. */
const isPlain = (settings) => !NAMES.test(settings);
/**
 * Starts the daemon while the settings are read, where they will be those that a new Nix has of itself.
 * @returns undefined where that is not known
 */
async function openAhead(runner, { bin, version, defaults }, { userLines, prepared, idle }, machine) {
    const lines = settingsBeforeNix(runner, userLines);
    if (defaults === undefined || prepared === undefined || lines === undefined || !isPlain(lines))
        return undefined;
    const settings = { ...(0,conf/* baseSettings */.xe)(defaults, version, machine), 'build-users-group': GROUP };
    return await openDaemon(runner, { bin, settings, userLines, socket: undefined, idle });
}

// EXTERNAL MODULE: ./build/js/nix/nix.js
var nix_nix = __webpack_require__(6221);
// EXTERNAL MODULE: ./build/js/nix/version.js
var version = __webpack_require__(2394);
// EXTERNAL MODULE: ./build/js/install/source/problem.js
var problem = __webpack_require__(4541);
;// CONCATENATED MODULE: ./build/js/install/refusals.js


const OURS = 'extra-nix-config';
/** What Nix said that it cannot read, and where to look. @param conf file in which it found `extra-nix-config` */
function settingsRefusal(stderr, conf) {
    const said = (0,problem/* lastLines */.w$)(stderr.replace(/^Try '.*--help'.*$/m, ''))
        .replaceAll(`"${conf}"`, OURS)
        .replaceAll(`'${conf}'`, OURS);
    const line = /configuration line '(.*)' in/.exec(said)?.[1];
    const unspaced = line !== undefined && /^\s*[\w-]+(\s*[:=]|=\s)/.test(line);
    const form = unspaced ? '\nNix wants NAME = VALUE, with a space on both sides of "=".' : '';
    const named = /(?:in|from) (?:extra-nix-config|["'])/.test(said);
    const where = named ? '' : '\nLook at the lines of extra-nix-config, at NIX_CONFIG, and at nix.conf on this machine.';
    return `Nix cannot read its settings: ${said}${form}${where}`;
}
const IGNORED = /^warning: ((?:unknown (?:setting|experimental feature)|ignoring setting) '([^']+)'.*)$/gim;
/** What Nix said that it leaves out of the lines of `extra-nix-config`: a misspelt name, or one that it does not know yet. */
function ignoredSettings(stderr, userLines) {
    const written = userLines.split(/[\s=]+/);
    const found = [...stderr.matchAll(IGNORED)].filter(([, , name = '']) => written.includes(name));
    return [...new Set(found.map(([, said = '']) => said))];
}
/** Relative paths in `include` lines start at the workspace: the file that Nix reads them from is in a folder of ours. */
const includesFrom = (workspace, userLines) => userLines.replace(/^(\s*!?include\s+)(\S+)(.*)$/gm, (line, include, path, rest) => (0,external_node_path_.isAbsolute)(path) ? line : `${include}${(0,external_node_path_.join)(workspace, path)}${rest}`);
/** The setting `store` where it names another place than /nix. @param remote NIX_REMOTE, which is its default */
function storeProblem(store, remote) {
    if (['', 'auto', 'local', 'daemon', remote].includes(store))
        return undefined;
    return `this action works with a Nix in /nix, and the setting "store = ${store}" says otherwise: take it out of extra-nix-config or nix.conf.`;
}

;// CONCATENATED MODULE: ./build/js/install/facts.js









/** Facts about the store on this machine. */
async function gatherAccess(runner) {
    const remote = runner.facts.env.NIX_REMOTE;
    return {
        uid: runner.facts.uid,
        privilege: runner.facts.privilege,
        remote,
        storeWritable: ['/nix/store', '/nix/var/nix', '/nix/var/nix/db'].every((path, index) => mayWrite(path) || (index === 2 && !(0,external_node_fs_.existsSync)(path))),
        socket: await probeSocket(remote?.startsWith('unix://') ? remote.slice('unix://'.length) : STANDARD_SOCKET, HELLO),
    };
}
/** Whether this user may write a file or folder; false where it is not there. */
const mayWrite = (path) => may(path, external_node_fs_.constants.W_OK);
/** Whether this user may list a folder and go into it. */
const mayEnter = (path) => may(path, external_node_fs_.constants.R_OK | external_node_fs_.constants.X_OK);
function may(path, mode) {
    try {
        (0,external_node_fs_.accessSync)(path, mode);
        return true;
    }
    catch {
        return false;
    }
}
/** Nix's own names for other places than /nix, which is the only one that this action works with. */
const PLACES = {
    NIX_STORE_DIR: '/nix/store',
    NIX_STORE: '/nix/store',
    NIX_STATE_DIR: '/nix/var/nix',
    NIX_DB_DIR: '/nix/var/nix/db',
};
/** Which variables put Nix's store or its database elsewhere, and what to do; else undefined. */
function placesProblem(env) {
    const moved = Object.keys(PLACES).filter((name) => env[name] && env[name] !== PLACES[name]);
    if (moved.length === 0)
        return undefined;
    return `this action works with a Nix in /nix, and ${moved.join(', ')} in the environment says otherwise: unset it for this step.`;
}
/**
 * All settings as this Nix sees them; what it ignores of `extra-nix-config` is told.
 * @throws UserError where nix.conf or `extra-nix-config` cannot be read
 */
async function readSettings(runner, found, env, userLines) {
    const command = { tool: `${found.bin}/nix`, args: (0,conf/* showSettings */.l0)(found.version), env };
    const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: 60 });
    if (result.exitCode !== 0) {
        const advice = (0,problem/* librariesAdvice */.UB)(result.stderr, runner.facts.env);
        throw new errors/* UserError */.yo(advice === ''
            ? settingsRefusal(result.stderr, confFile(runner))
            : `Nix cannot read its settings: ${(0,problem/* lastLines */.w$)(result.stderr)}${advice}`);
    }
    const settings = (0,conf/* parseSettings */.P$)(result.stdout);
    const elsewhere = storeProblem(settings.store, runner.facts.env.NIX_REMOTE);
    if (elsewhere !== undefined)
        throw new errors/* UserError */.yo(elsewhere);
    for (const ignored of ignoredSettings(result.stderr, userLines))
        runner.log.warning(`extra-nix-config: Nix ${found.version.text} says: ${ignored}. That line has no effect.`);
    return settings;
}
/** Whether the daemon lets this user set restricted settings; undefined where it is too old to say so. */
async function askTrust(runner, nix) {
    if (!(0,version/* atLeast */.jZ)(nix.version, '2.19'))
        return undefined;
    const args = ['--extra-experimental-features', 'nix-command', 'store', 'info', '--json'];
    const result = await runner.commands.run((0,nix_nix/* nixCommand */.Dv)(nix, 'nix', args), { accept: 'any', timeoutSeconds: 60 });
    const answer = /"trusted":\s*(true|false|0|1)\b/.exec(result.stdout)?.[1];
    return answer === undefined ? undefined : answer === 'true' || answer === '1';
}
/** Names of all groups of this user. */
async function groupNames(runner) {
    const result = await runner.commands.run({ tool: 'id', args: ['-Gn'] }, { accept: 'any', timeoutSeconds: 30 });
    return result.stdout.split(/\s+/).filter((name) => name !== '');
}

;// CONCATENATED MODULE: ./build/js/install/machine/nix-folder.js


/** Parts of /nix that Nix makes, the outermost first. */
const PARTS = ['/nix', '/nix/store', '/nix/var'];
/** Which of the parts are to be removed in post: the outermost that are not there, so that what was there stays. */
function partsToClaim(exists) {
    return exists('/nix') ? PARTS.slice(1).filter((path) => !exists(path)) : ['/nix'];
}
/** Records what of /nix this run is about to make; an empty folder counts as not there. Called before it is made. */
async function claimNixFolder(runner) {
    for (const path of partsToClaim(holdsSomething)) {
        await runner.journal.record({ kind: 'remove', path, root: runner.facts.privilege !== 'none', shared: true });
    }
}
function holdsSomething(path) {
    if (path === '/nix')
        return (0,external_node_fs_.existsSync)(path);
    try {
        return (0,external_node_fs_.readdirSync)(path).length > 0;
    }
    catch {
        return (0,external_node_fs_.existsSync)(path);
    }
}
/** Why a /nix that is there can hold no Nix, whoever installs it. */
function nixFolderProblem(nix, isRoot) {
    if (nix === undefined)
        return undefined;
    if (!nix.isDirectory())
        return '/nix is no folder of its own (Nix takes no symbolic link for it). Remove it, or mount a folder there.';
    const open = (nix.mode & 0o005) === 0o005;
    // in a sandbox root is nobody where another user owns the folder
    if (open || (isRoot ? nix.uid === 0 : mayEnter('/nix')))
        return undefined;
    return `/nix lets ${isRoot ? 'only its owner' : 'this user not'} in. Make it readable for all: chmod 755 /nix`;
}

;// CONCATENATED MODULE: ./build/js/install/wiring.js
/**
 * Decides as Nix itself does (openStore, libstore/store-api.cc): NIX_REMOTE, else the store directly where this user
 * may write it, else the daemon.
 */
function chooseAccess(facts) {
    const remote = facts.remote === 'auto' ? '' : (facts.remote ?? '');
    const isDaemon = remote === 'daemon' || remote.startsWith('unix://');
    if (remote !== '' && remote !== 'local' && !isDaemon) {
        return { mode: 'none', reason: `NIX_REMOTE is ${remote}: only daemon, unix://, local and auto are supported` };
    }
    if (!isDaemon && facts.uid === 0)
        return { mode: 'single-user', reason: 'root opens the store itself' };
    if (!isDaemon && facts.storeWritable)
        return { mode: 'single-user', reason: 'this user owns the store' };
    if (remote === 'local')
        return {
            mode: 'none',
            reason: 'NIX_REMOTE is local, and this user may not write the store: unset it for this step, or make it daemon',
        };
    if (facts.socket === 'answers')
        return { mode: 'daemon', start: false, beside: true, reason: 'a daemon is running' };
    const state = {
        dead: 'the daemon that left its socket is not running',
        denied: "this user may not open the daemon's socket, or is none of its allowed-users",
        silent: 'the daemon that is running does not answer',
        absent: 'no daemon is running',
    }[facts.socket];
    if (remote.startsWith('unix://'))
        return {
            mode: 'none',
            reason: `NIX_REMOTE is ${remote}, and ${state}. Start that daemon and let this user open its socket, or unset NIX_REMOTE for this step`,
        };
    if (facts.privilege !== 'none') {
        const beside = facts.socket === 'denied' || facts.socket === 'silent';
        return { mode: 'daemon', start: true, beside, reason: `${state}: this run starts one` };
    }
    return {
        mode: 'none',
        reason: `${state}, and this user may not write /nix. ${facts.socket === 'silent' ? 'Restart' : 'Start'} nix-daemon and let this user open its socket, or run the ` +
            'job as root, or let its user use sudo without a password',
    };
}
/**
 * A daemon that does not trust this user ignores its settings. With root, this run has a daemon of its own beside it
 * instead of changing nix.conf and restarting the machine's daemon under other jobs.
 */
function chooseWiring(access, trusted, privilege) {
    if (access.mode === 'single-user')
        return 'client';
    if (access.start)
        return 'own-daemon';
    if (trusted)
        return 'client';
    return privilege === 'none' ? 'fixed' : 'own-daemon';
}
/**
 * Whether `trusted-users` of nix.conf names a user: by name, by `@group`, or `*`.
 * @param groups names of all groups of the user
 */
function isTrusted(trustedUsers, user, groups) {
    return trustedUsers.some((entry) => entry === '*' || entry === user || (entry.startsWith('@') && groups.includes(entry.slice(1))));
}

;// CONCATENATED MODULE: ./build/js/install/connect.js















/** Shells that are certainly static, to give the sandbox a /bin/sh. */
const STATIC_SHELLS = ['/usr/bin/bash-static', '/bin/bash-static'];
/**
 * Makes a Nix that is there ready for this run: who opens the store, with which settings, and a daemon where one is
 * missing. Nothing of the machine's own configuration is changed.
 */
async function connect(runner, found, wanted) {
    const facts = await gatherAccess(runner);
    const access = chooseAccess(facts);
    if (access.mode === 'none')
        throw new errors/* UserError */.yo(`Nix ${found.version.text} in ${found.bin} cannot be used: ${access.reason}.`);
    const exported = {
        NIX_USER_CONF_FILES: (0,conf/* userConfFiles */.xv)(confFile(runner), runner.facts.env, (0,install_home/* homeOfNix */.O)(runner.facts), found.version),
        ...certificates(runner.facts.env),
    };
    const env = { ...exported, ...(await (0,install_home/* ownHome */.U)(runner)) };
    // A first reading, with the workflow's lines, tells what they and the machine set together.
    await writeClientConf(runner, wanted.userLines, {}, 'nowhere');
    const sandboxSet = (0,conf/* setsSandbox */.XI)(`${wanted.userLines}\n${runner.facts.env.NIX_CONFIG ?? ''}`);
    const sandboxChecked = beginSandboxCheck(runner, facts, wanted, sandboxSet);
    const machine = { cpus: runner.facts.cpus, staticShell: STATIC_SHELLS.find(external_node_fs_.existsSync), sandboxSet };
    const opening = access.mode === 'daemon' && access.start ? openAhead(runner, found, wanted, machine) : undefined;
    const reading = readSettings(runner, found, env, wanted.userLines);
    if (opening === undefined)
        wanted.idle?.();
    const [effective, ahead] = await (0,parallel/* allOf */.bn)(reading, opening, wanted.prepared);
    const nix = describeNix(found, effective, access, env);
    const trusted = await findTrust(runner, nix, access, effective);
    const kind = chooseWiring(access, trusted, facts.privilege);
    if (!wanted.installed && !(0,external_node_fs_.existsSync)('/nix'))
        await claimNixFolder(runner);
    const [buildUsers] = await Promise.all([
        provideBuildUsers(runner, effective, kind, wanted.installed),
        sandboxChecked(effective, kind),
        kind !== 'fixed' && facts.privilege !== 'none' ? openKvm(runner) : undefined,
        wanted.installed ? tellLoginShells(runner, found.bin) : undefined,
    ]);
    const settings = {
        ...(0,conf/* baseSettings */.xe)(effective, found.version, machine),
        ...buildUsers,
    };
    const tokens = maskedTokens(runner, effective, wanted);
    const socket = access.mode === 'daemon' && access.beside ? await privateSocket(runner) : undefined;
    const opened = await openWiring(runner, {
        kind,
        bin: found.bin,
        settings,
        tokens,
        userLines: wanted.userLines,
        socket,
        ahead,
    });
    const NIX_CONFIG = (0,conf/* environmentConf */.ym)(runner.facts.env.NIX_CONFIG);
    const ready = { ...nix, trusted, env: { ...env, ...opened.env, NIX_CONFIG } };
    // not the daemon of this run: a post step of another action may come after ours, which ends it
    exportToJob(runner, exported, found.bin, found.onPath);
    if (opened.wiring.kind === 'fixed' && !sandboxSet)
        warnUnsandboxed(runner, effective);
    return {
        nix: ready,
        source: wanted.source,
        installed: wanted.installed,
        reason: wanted.reason,
        describe: describe(ready, access, opened.wiring, wanted),
        settings,
        builders: effective.builders,
        platforms: effective.platforms,
        features: effective.systemFeatures,
        wiring: opened.wiring,
    };
}
function describeNix(found, effective, access, env) {
    return {
        bin: found.bin,
        version: found.version,
        system: effective.system,
        storeDirectory: '/nix/store',
        mode: access.mode,
        trusted: access.mode === 'single-user',
        substituters: effective.substituters,
        env,
    };
}
async function findTrust(runner, nix, access, { trustedUsers }) {
    if (access.mode !== 'daemon' || runner.facts.uid === 0)
        return true;
    const answer = access.start ? undefined : await askTrust(runner, nix);
    if (answer !== undefined)
        return answer;
    const groups = trustedUsers.some((name) => name.startsWith('@')) ? await groupNames(runner) : [];
    return isTrusted(trustedUsers, runner.facts.user, groups);
}
/**
 * Asks the kernel where builds run as this run can run something: not for a daemon that only its root can speak for.
 * Where it will be asked in any case it is asked at once.
 * @returns ends when it is known that there can be a sandbox, if there has to be one
 */
function beginSandboxCheck(runner, facts, { prepared }, sandboxSet) {
    const byRoot = facts.uid === 0 || !facts.storeWritable;
    const settled = (prepared !== undefined && !sandboxSet) || (byRoot && facts.privilege === 'none');
    const begun = byRoot && !settled && !sandboxSet ? requireSandbox(runner, true) : undefined;
    begun?.catch(() => undefined); // heard where the answer counts
    return async (effective, kind) => {
        if (settled || (sandboxSet && !effective.sandbox))
            return;
        await (begun ?? requireSandbox(runner, byRoot || kind === 'own-daemon'));
    };
}
/** Where root builds, it does so as users of its own; where Nix is only visited by root, its builds run as root. */
async function provideBuildUsers(runner, effective, kind, installed) {
    const byRoot = kind === 'own-daemon' || (runner.facts.uid === 0 && kind === 'client');
    if (!byRoot || effective.autoAllocateUids)
        return {};
    // read by another user than root, an unset group is printed as empty
    const group = effective.buildUsersGroup || (kind === 'own-daemon' ? 'nixbld' : '');
    if (group === '')
        return {};
    const missing = !hasMembers(readText('/etc/group') ?? '', group);
    if (!missing)
        return kind === 'own-daemon' ? { 'build-users-group': group } : {};
    if (kind === 'own-daemon' || installed)
        return { 'build-users-group': await createBuildUsers(runner, group) };
    runner.log.info(`There are no users in the group ${group}: builds run as root, inside the sandbox.`);
    return { 'build-users-group': '' };
}
function maskedTokens(runner, effective, wanted) {
    const { env } = runner.facts;
    const host = new URL(env.GITHUB_SERVER_URL || 'https://github.com').host;
    const tokens = (0,conf/* mergeTokens */.BA)(effective.accessTokens, wanted.userLines, host, wanted.token);
    for (const token of Object.values(tokens))
        if (token.length >= 4)
            runner.log.mask(token);
    return tokens;
}
function warnUnsandboxed(runner, effective) {
    const settings = effective.sandbox ? effective.sandboxFallback && 'sandbox-fallback = true' : 'sandbox = false';
    if (settings === false)
        return;
    runner.log.warning('The Nix daemon of this machine does not take settings from this user, and there is no root: its ' +
        `"${settings}" stays, so it may build without a sandbox.`);
}
function describe(nix, access, wiring, wanted) {
    const origin = wanted.installed ? `installed by this run (${wanted.source})` : 'was there';
    const trust = nix.mode === 'single-user' ? '' : `, this user is ${nix.trusted ? '' : 'not '}trusted`;
    const how = {
        client: '',
        'own-daemon': ', builds go through a daemon of this run',
        fixed: ', its build settings cannot be changed by this run',
    }[wiring.kind];
    return `${nix.version.flavour} ${nix.version.text} in ${nix.bin}, ${origin}; ${nix.mode}: ${access.reason}${trust}${how}.`;
}

// EXTERNAL MODULE: ./build/js/install/find.js
var find = __webpack_require__(727);
;// CONCATENATED MODULE: ./build/js/install/source/apt.js
/** Packages that `apt-get --simulate install` would newly install; an upgrade has the old version in brackets. */
function newPackages(simulation) {
    return [...simulation.matchAll(/^Inst (\S+) (?!\[)/gm)].map((match) => match[1] ?? '');
}
/** Whether what apt-get printed is cured by `apt-get update`: no such package yet, or a list that is out of date. */
const wantsUpdate = (stderr) => /Unable to locate package|has no installation candidate|404 +Not Found|Unable to fetch some archives|is not available/i.test(stderr);
/** `ID` of /etc/os-release. */
const distributionOf = (osRelease) => /^ID="?([^"\n]*)"?$/m.exec(osRelease)?.[1]?.toLowerCase();

;// CONCATENATED MODULE: ./build/js/install/source/distro.js






/**
 * Only the programs: what `nix-setup-systemd` adds (build users that stay after a purge, a daemon where systemd runs)
 * this run makes for itself and takes away again.
 */
const PACKAGE = 'nix-bin';
/** The shell that newer packages give the sandbox as /bin/sh, and that 2.8.0 lacks. */
const SHELL_PACKAGE = 'bash-static';
/** Installs the distribution's package; post purges what was newly installed. @throws UserError */
async function installDistro(runner) {
    if (runner.commands.find('apt-get') === undefined)
        throw new errors/* UserError */.yo(otherDistribution());
    if (runner.facts.privilege === 'none') {
        throw new errors/* UserError */.yo(`installing ${PACKAGE} needs root. Run the job as root, or let its user use sudo without a password.`);
    }
    const plan = await simulate(runner);
    const packages = newPackages(plan.simulation);
    await claimNixFolder(runner);
    if (packages.length > 0) {
        const args = ['purge', '-y', '-q', ...packages];
        await runner.journal.record({ kind: 'command', tool: 'apt-get', args, root: true, shared: true });
    }
    runner.log.info(`installing ${packages.join(', ') || PACKAGE}`);
    const first = await apt(runner, ['install', ...plan.wanted]);
    if (first.exitCode !== 0 && wantsUpdate(first.stderr)) {
        await update(runner);
        await finish(runner, plan.wanted);
    }
    else if (first.exitCode !== 0)
        throw failed(plan.wanted, first);
    const { found, why } = await (0,find/* findNix */.rv)(runner);
    if (found === undefined)
        throw new errors/* UserError */.yo(`the package ${PACKAGE} of this distribution does not serve: ${why}`);
    return found;
}
async function finish(runner, wanted) {
    const second = await apt(runner, ['install', ...wanted]);
    if (second.exitCode !== 0)
        throw failed(wanted, second);
}
const failed = (wanted, result) => new errors/* UserError */.yo(`apt-get cannot install ${wanted.join(' ')}: ${(result.stderr.trim() || result.stdout.trim()).slice(-2000)}`);
/** What an install would do; the package lists are renewed only where the package is not known. */
async function simulate(runner) {
    const wishes = (0,external_node_fs_.existsSync)('/usr/bin/bash-static') ? [[PACKAGE]] : [[PACKAGE, SHELL_PACKAGE], [PACKAGE]];
    for (const renew of [false, true]) {
        if (renew)
            await update(runner);
        for (const wanted of wishes) {
            const result = await apt(runner, ['--simulate', 'install', ...wanted]);
            if (result.exitCode === 0)
                return { simulation: result.stdout, wanted };
            if (renew && wanted === wishes.at(-1))
                throw failed(wanted, result);
        }
    }
    throw new errors/* UserError */.yo(`apt-get knows no package ${PACKAGE}`);
}
async function update(runner) {
    const result = await apt(runner, ['update']);
    if (result.exitCode !== 0)
        runner.log.info(`apt-get update: ${result.stderr.trim().slice(-1000)}`);
}
/** Tries, waits for another apt and limits: bounded by apt itself and by the clock. */
async function apt(runner, args) {
    const options = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];
    const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
    const command = { tool: 'apt-get', args: [...options, ...args], env };
    return await runner.commands.run(command, { asRoot: true, accept: 'any', timeoutSeconds: 600 });
}
function otherDistribution() {
    const name = distributionOf(readText('/etc/os-release') ?? '');
    return (`the distribution's package is supported on Debian and Ubuntu (apt-get), not on ${name ?? 'this one'}. Use ` +
        'nix-source: release, or install Nix before this step and use nix-source: existing.');
}

// EXTERNAL MODULE: ./build/js/install/source/fresh.js
var fresh = __webpack_require__(1342);
// EXTERNAL MODULE: external "node:fs/promises"
var external_node_fs_promises_ = __webpack_require__(1455);
;// CONCATENATED MODULE: ./build/js/install/source/kept.js




const TOOL = 'nix-release';
/** In the tool's folder: the whole of /nix as it was right after an install. */
const TREE = 'nix';
/** In the tree, beside the parts. */
const INVENTORY = 'inventory';
/** Of the tarball that it was made of: what is in the tool cache is found by what was asked for. */
const versionOf = (sha256) => `0.0.0-sha256.x${sha256.slice(0, 32)}`;
/** Whether later jobs of this machine see its tool cache: a hosted runner is thrown away. */
const toolCacheLasts = ({ facts: { env } }) => env.RUNNER_ENVIRONMENT !== 'github-hosted' && Boolean(env.RUNNER_TOOL_CACHE);
/**
 * Lays /nix out as an earlier job of this machine kept it of a tarball.
 * @param how.begun called when that has begun
 * @returns undefined where there is nothing, or nothing that serves
 */
async function restoreKept(runner, sha256, { bin, asRoot, begun }) {
    const folder = await runner.tools.find(TOOL, versionOf(sha256));
    const tree = `${folder}/${TREE}`;
    if (folder === undefined || !(await kept_isTrusted(tree, asRoot ? 0 : runner.facts.uid)))
        return undefined;
    return await (0,fresh/* layOut */.v8)(runner, 'the tool cache', { bin, asRoot }, async (draft) => {
        const about = (0,fresh/* readAbout */.id)(tree);
        // looked at while it is copied, and moved only then
        const args = ['-c', `${COPY} && read -r _ && ${fresh/* MOVE */.i2}`, 'sh', draft, ...partsOf(tree)];
        const laying = runner.commands.run({ tool: 'sh', args, input: afterCheck(tree) }, { asRoot, timeoutSeconds: 300 });
        begun();
        await laying;
        return about;
    });
}
/** A line once the tree is found whole. @throws Error where it is not */
async function* afterCheck(tree) {
    if ((0,external_node_fs_.readFileSync)(`${tree}/${INVENTORY}`, 'utf8') !== inventory(tree))
        throw new Error('files are missing or cut');
    yield Buffer.from('whole\n');
}
/**
 * Any job of this runner can write to its tool cache, and there is no hash of this form: it is taken only where whom
 * it will work for has made it. A job without root cannot leave there a folder that root owns; one with root could do
 * anything else.
 */
async function kept_isTrusted(tree, owner) {
    const made = await (0,external_node_fs_promises_.lstat)(tree).catch(() => undefined);
    return made?.isDirectory() === true && made.uid === owner && (made.mode & 0o022) === 0;
}
/** Names and sizes of all files: a power cut or a full disk may have taken some of them, or a part. */
const inventory = (tree) => partsOf(tree)
    .flatMap(filesIn)
    .map((path) => `${(0,external_node_fs_.lstatSync)(path).size} ${path.slice(tree.length)}\n`)
    .sort()
    .join('');
/** Without going through links, as `recursive` of readdir does. */
const filesIn = (folder) => (0,external_node_fs_.readdirSync)(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = (0,external_node_path_.join)(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
});
/**
 * Keeps /nix, as an install has just made it, for later jobs of this machine. Never throws: a tool cache that cannot be
 * written costs time in the next job, nothing in this one.
 */
async function keepNix(runner, sha256, found, asRoot) {
    let draft;
    try {
        const empty = `${runner.facts.folder}/kept`;
        await runner.files.makeDirectory(empty);
        const version = versionOf(sha256);
        const place = (await runner.tools.find(TOOL, version)) ?? (await runner.tools.save(empty, TOOL, version));
        const tree = `${place}/${TREE}`;
        draft = `${place}/${TREE}.new`;
        const run = (0,fresh/* commandsOf */.Kf)(runner, asRoot);
        await runner.files.remove(draft, { asRoot });
        await copyParts(run, '/nix', draft);
        for (const [n, text] of (await (0,fresh/* askAbout */.D2)(runner, found)).entries())
            await runner.files.write(`${draft}/${fresh/* ABOUT */.OZ[n]}`, text, { asRoot });
        await runner.files.write(`${draft}/${INVENTORY}`, inventory(draft), { asRoot });
        await runner.files.remove(tree, { asRoot });
        await run('mv', '-T', '--', draft, tree);
    }
    catch (error) {
        runner.log.debug(`nothing is kept in the tool cache: ${String(error)}`);
        // a half copy takes the room that the job needs, where the disk is full
        if (draft !== undefined)
            await runner.files.remove(draft, { asRoot }).catch(() => undefined);
    }
}
/**
 * $1 folder to make, $2 and $3 what it gets. Files of the store are never written to again: where root owns them and both
 * places are on one file system, they are linked, which reads and writes nothing. The database is always a copy.
 */
const COPY = `mkdir -p -m 755 -- "$1" || exit
how=--reflink=auto
if [ "$(id -u)" = 0 ] && [ "$(stat -c %d -- "$1")" = "$(stat -c %d -- "$2")" ]; then how=--link; fi
cp -a $how -- "$2" "$1" && cp -a --reflink=auto -- "$3" "$1"`;
/** Copies both parts of /nix, or of what was kept of it. */
const copyParts = (run, from, to) => run('sh', '-c', COPY, 'sh', to, ...partsOf(from));
const partsOf = (folder) => fresh/* PARTS */.dI.map((part) => `${folder}/${part}`);

// EXTERNAL MODULE: ./build/js/install/source/layout.js
var layout = __webpack_require__(9218);
// EXTERNAL MODULE: ./build/js/install/source/unpack.js
var unpack = __webpack_require__(2934);
;// CONCATENATED MODULE: ./build/js/install/source/release.js










const release_PROFILE = '/nix/var/nix/profiles/default';
const LOCK_SECONDS = 120;
/** Environment of a Nix that reads no configuration. */
const BARE = {
    NIX_REMOTE: 'local',
    NIX_CONFIG: 'build-users-group =\nsubstitute = false',
    NIX_CONF_DIR: '/nonexistent',
    NIX_USER_CONF_FILES: '/nonexistent',
};
/** Who will own /nix: root, or this user in a /nix that is its own; else a sentence that says what is needed. */
function chooseOwner(privilege, nix, user) {
    if (privilege === 'root')
        return 'root';
    if (nix === 'writable')
        return 'user';
    if (privilege === 'sudo')
        return 'root';
    return {
        problem: `installing Nix needs root once, and ${user} is not root, sudo asks for a password or is not there, and /nix is ` +
            `${nix === 'absent' ? 'missing' : 'not writable'}. Run the job as root, let ${user} use sudo without a ` +
            `password, or make the folder before: install -d -m 755 -o ${user} /nix`,
    };
}
/** Who will own /nix on this machine. @throws UserError where nobody can: to be asked before anything is downloaded */
function ownerOfNix({ facts }) {
    const problem = nixFolderProblem((0,external_node_fs_.lstatSync)('/nix', { throwIfNoEntry: false }), facts.uid === 0);
    if (problem !== undefined)
        throw new errors/* UserError */.yo(problem);
    const state = (0,external_node_fs_.existsSync)('/nix') ? (mayWrite('/nix') ? 'writable' : 'foreign') : 'absent';
    const owner = chooseOwner(facts.privilege, state, facts.user);
    if (typeof owner === 'object')
        throw new errors/* UserError */.yo(owner.problem);
    return owner;
}
/**
 * Installs a tarball of upstream's layout: store paths renamed into the store, registered, and the default profile.
 * @param systems systems whose programs run here
 * @param shelf keeps it where this machine does not
 * @param begun called when the machine has something to do that takes a while, and this process has not
 */
async function installTarball(runner, tarball, systems, shelf, begun) {
    const asRoot = ownerOfNix(runner) === 'root';
    const { sha256 } = tarball;
    const alone = (0,fresh/* nixIsAbsent */.XX)();
    const keeping = alone ? sha256 : undefined;
    await claimNixFolder(runner);
    const install = () => unpackAndRegister(runner, tarball, systems, { asRoot, alone });
    const installToKeep = async () => {
        const { found, profile } = await install();
        await profile;
        return found;
    };
    if (keeping === undefined)
        return await install();
    const bin = `${release_PROFILE}/bin`;
    if (toolCacheLasts(runner)) {
        const kept = await restoreKept(runner, keeping, { bin, asRoot, begun });
        if (kept !== undefined)
            return { found: kept };
        const found = await installToKeep();
        await keepNix(runner, keeping, found, asRoot);
        return { found };
    }
    if (shelf === undefined)
        return await install();
    begun();
    const { packNix, restorePacked } = await __webpack_require__.e(/* import() */ 444).then(__webpack_require__.bind(__webpack_require__, 8444));
    const kept = await restorePacked(runner, shelf, keeping, bin, asRoot);
    if (kept !== undefined)
        return { found: kept };
    const found = await installToKeep();
    await packNix(runner, shelf, keeping, found);
    return { found };
}
async function unpackAndRegister(runner, { name, read }, systems, { asRoot, alone }) {
    let unpacked;
    await read(async (bytes) => {
        unpacked = await (0,unpack/* unpackTarball */.r)(runner, name, bytes, asRoot);
    });
    if (unpacked === undefined)
        throw new Error(`${name} was not read`);
    const system = (0,layout/* systemInName */.yq)(unpacked.top);
    if (system !== undefined && !systems.includes(system)) {
        throw new errors/* UserError */.yo(`${name} holds a Nix for ${system}; this machine is ${systems[0]}`);
    }
    const nixName = nixIn(unpacked);
    const profile = alone ? release_PROFILE : await ownProfile(runner, nixName, asRoot);
    const made = profile !== release_PROFILE && (0,external_node_fs_.existsSync)(`${profile}/bin/nix`);
    const nix = await moveIntoStore(runner, unpacked, { nixName, profile: made ? '' : profile }, asRoot);
    // some small files stay in the folder of the tarball until post
    return made ? { found: { bin: `${profile}/bin`, version: nix.version, onPath: false } } : makeProfile(nix, profile);
}
function nixIn({ names, store, top }) {
    const name = names.find((each) => (0,external_node_fs_.existsSync)(`${store}/${each}/bin/nix-store`));
    if (name === undefined)
        throw new errors/* UserError */.yo(`the tarball holds no bin/nix-store in ${top}/store`);
    return name;
}
/**
 * A store that was there keeps its own Nix: ours gets a profile of its own, for all jobs with this one, which the last of
 * them takes away.
 */
async function ownProfile(runner, nixName, asRoot) {
    const profile = `/nix/var/nix/profiles/nix-multiarch-${nixName.slice(0, 12)}`;
    const remove = (path) => ({ kind: 'remove', path, root: asRoot, shared: true });
    await runner.journal.record(remove(profile), remove(`${profile}-1-link`));
    return profile;
}
/**
 * $1 path of the new Nix, $2 its profile if that is to be made, then paths to put into the store; their registration comes on standard input.
 * A rename is whole or not at all, and never goes into a folder of that name: two jobs cannot mix their files. Who is not
 * root may only move folders that are writable.
 */
const PUT = `nix=$1 profile=$2
shift 2
if [ $# -gt 0 ]; then
  chmod -R a-w,a-s -- "$@" || exit
  [ "$(id -u)" = 0 ] || chmod u+w -- "$@" || exit
  mv -n -- "$@" /nix/store/ || exit
  [ "$(id -u)" = 0 ] || for path; do chmod a-w -- "/nix/store/\${path##*/}" || exit; done
fi
"$nix/bin/nix" --version &
$LOCK "$nix/bin/nix-store" --load-db && { [ -z "$profile" ] || ln -sfn -- "$nix" "$profile"; } && { wait || :; }`;
/** Puts the paths into the store, registers them, looks whether the new Nix runs, and makes it the profile, by itself for now. */
async function moveIntoStore(runner, unpacked, { nixName, profile }, asRoot) {
    const { names, store } = unpacked;
    const cacert = names.find((name) => (0,external_node_fs_.existsSync)(`${store}/${name}/etc/ssl/certs/ca-bundle.crt`));
    const nixPath = `/nix/store/${nixName}`;
    const run = async (tool, args, more = {}) => {
        // no configuration but this, since build users are made later; and no .nix-defexpr in anyone's home
        const env = { ...BARE, HOME: unpacked.staging, ...more.env };
        return (await runner.commands.run({ ...more, tool, args, env }, { asRoot, timeoutSeconds: 300 })).stdout;
    };
    const left = names.filter((name) => (0,external_node_fs_.existsSync)(`/nix/store/${name}`));
    const fresh = names.filter((name) => !left.includes(name)).map((name) => `${store}/${name}`);
    // the lock keeps a second job from making the database at the same moment
    const LOCK = runner.commands.find('flock') === undefined ? '' : `flock -w ${LOCK_SECONDS} /nix/var/nix`;
    const put = { tool: 'sh', args: ['-c', PUT, 'sh', nixPath, profile, ...fresh], input: unpacked.registration };
    const env = { ...BARE, HOME: unpacked.staging, LOCK };
    const result = await runner.commands.run({ ...put, env }, { asRoot, accept: 'any', timeoutSeconds: 300 });
    if (result.exitCode !== 0 || result.stopped !== undefined)
        throw new errors/* UserError */.yo((0,problem/* putProblem */.x8)(result, runner.facts.env));
    const printed = result.stdout;
    await checkLeft(runner, left, nixPath, asRoot);
    const { chosen, refused } = (0,find/* chooseCandidate */.J2)([{ path: `${nixPath}/bin/nix`, printed }]);
    if (chosen === undefined)
        throw new errors/* UserError */.yo(`the installed Nix does not serve: ${refused.join('')}`);
    const certificates = cacert === undefined ? undefined : `/nix/store/${cacert}`;
    return { nixPath, version: chosen.version, certificates, run };
}
/** Paths that an earlier install left are used only if they are whole. */
async function checkLeft(runner, left, nixPath, asRoot) {
    if (left.length === 0)
        return;
    runner.log.info(`${left.length} store paths of this Nix were there already: checking them`);
    const args = ['--verify-path', ...left.map((name) => `/nix/store/${name}`)];
    const options = { asRoot, accept: 'any', timeoutSeconds: 300 };
    const result = await runner.commands.run({ tool: `${nixPath}/bin/nix-store`, args, env: BARE }, options);
    if (result.exitCode === 0)
        return;
    throw new errors/* UserError */.yo(`/nix holds a damaged Nix of an earlier install: ${result.stderr.trim()}\nRemove those paths, or all of /nix if nothing else uses it.`);
}
/** A profile as `nix-env` makes them, with the certificates: made beside what follows. */
function makeProfile({ nixPath, version, certificates, run }, profile) {
    const packages = [nixPath, ...(certificates === undefined ? [] : [certificates])];
    const install = run(`${nixPath}/bin/nix-env`, ['--profile', profile, '--install', ...packages]);
    const making = install.then(() => undefined);
    making.catch(() => undefined); // whoever awaits it hears of it
    return { found: { bin: `${profile}/bin`, version, onPath: false }, profile: making };
}

;// CONCATENATED MODULE: ./build/js/install/source/releases.js
/**
 * Releases that `nix-version` may name. The hashes are those in each release's own `install` script
 * (https://releases.nixos.org/nix/nix-<version>/install), which downloads and checks the same tarball.
 */
const RELEASES = {
    '2.35.2': {
        'x86_64-linux': '0c3960a9792331a22081c3c7a5d8465db9b17c50b3acdf18587fa4c6f2cb1158',
        'i686-linux': '55363adb55f1447be49298c671f5beb539526f2f3181e8e11eab669af6d5990b',
        'aarch64-linux': '4d0302a2910f5eec1c33b8deef634f04899a75737e7001ec49908d003ae5efda',
        'armv6l-linux': '2f79330820e2de68279d1c796827d4d6269396c3cbb22bacf6c238639db9b306',
        'armv7l-linux': 'e4a68bd13f20b10f67b551178116655520323f5a29a7e82a2db24a6b2a166e89',
        'riscv64-linux': '98ee79540d4b9ccfe733655ea049a67af24f15860fbf92103bc1911bbd905a53',
        'x86_64-darwin': 'd725518d89f3b0b8d4af702a9d38d519814014cbe125afb3ed0545c9d755f6a5',
        'aarch64-darwin': '1695c13aba5afa7c2ecd6dc4a9393f602e7bbc440ed45e81602c831546580ec3',
    },
    '2.35.1': {
        'x86_64-linux': 'c3fe29778acaa93b5095ee66e36f11ec7c6a284c40970a24cc83ac4f04809db3',
        'i686-linux': 'e8dff06a2bd3e7286cc7ff820603d7b56200983a4a91a84a61c52b711346e904',
        'aarch64-linux': '79b739996f1751573b4d2b56e4ae607855184c711f2cc1274fa0952a13d4bfc9',
        'armv6l-linux': '483c245c93f453205d5d0e799efdfb20388625c0edb3487d9aea215724fb383b',
        'armv7l-linux': '1f61ef952f285aecb977b47eafea8e83bfea2ed51a884fffdef5eb95ddb45cf3',
        'riscv64-linux': 'cfdca9d248b974ef267edcd9cd1284921d830eae1a5e32bc3e6df52d89ba1d71',
        'x86_64-darwin': '1a932047a6e563acbd86024599bb377cbceca4dc6934a49f62a41ea1d9bdcb1b',
        'aarch64-darwin': '414e073c4754e0c9eed1dd25e482af45213a34aa67c930201e35df7c8333c19a',
    },
    '2.34.8': {
        'x86_64-linux': '2c2e146b80834fe0ca201b51deeb939405b4f18e8d2071bf80b10f8123c50464',
        'aarch64-darwin': 'ae3b2b1a74b956110d14dd813bee80ea46626a51ddce28d142e0805379a34acf',
    },
    '2.34.7': {
        'x86_64-linux': 'eafe5042404e818505e28c5ca3d0885f3ec45c31f955489a25bb38258f87560e',
        'i686-linux': '0695f4b7b289c3f66c1a76447db164a2f96492a0d1cf8f2a7b2caaa8bfab08fb',
        'aarch64-linux': 'f1cee64ae7a02330c6421924c28f597c41813f2214ff108622087d8056378b08',
        'armv6l-linux': 'a7152bcc4489eae2e688895a6d070362d03c46720649a9418ca423e200ef0f5f',
        'armv7l-linux': '758e8fb802fb83b571c1cbac906d77dff67e6724cf09110f87d1f84dde432685',
        'riscv64-linux': '562290f2753ecb9e25e53a5b814473e80dd8f1ab504427f422cb455287084c18',
        'x86_64-darwin': '8bf3dadfd65be182ad3141b1224bbc82e0f2a61d4f36781938b5e6ede029c2a3',
        'aarch64-darwin': '71e18301c4ea78c667f2753159156b5bdb899993720e8aa7bcca97e8312d3d6b',
    },
};
/** Where a release is had for a system, or a sentence that says why it is not. */
function findRelease(version, system) {
    const hashes = RELEASES[version];
    const otherwise = 'For another release give nix-source the URL of its tarball, and nix-sha256.';
    if (hashes === undefined) {
        return `nix-version: this action has no checksum of ${version}. Known: ${Object.keys(RELEASES).join(', ')}. ${otherwise}`;
    }
    const sha256 = hashes[system];
    if (sha256 === undefined) {
        const others = Object.keys(RELEASES).filter((known) => RELEASES[known]?.[system] !== undefined);
        const known = others.length === 0 ? 'no release has one' : `these have one: ${others.join(', ')}`;
        return `nix-version: this action has no checksum of ${version} for ${system}; ${known}. ${otherwise}`;
    }
    return { version, sha256, url: `https://releases.nixos.org/nix/nix-${version}/nix-${version}-${system}.tar.xz` };
}

// EXTERNAL MODULE: external "node:url"
var external_node_url_ = __webpack_require__(3136);
;// CONCATENATED MODULE: ./build/js/install/source/tarball.js





/** Upstream's largest tarball is about 40 MB. */
const LARGEST = 500_000_000;
function tarballAt(runner, url, hash) {
    const sha256 = hash.toLowerCase();
    const name = url.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/s, '');
    return {
        name,
        sha256,
        read: async (consume) => {
            runner.log.info(`downloading ${name}`);
            await runner.network.download({ url, sha256, maxBytes: LARGEST }, consume);
        },
    };
}
/** The tarball that `nix-source` names by URL or path. @throws UserError */
function findTarball(runner, location, hash) {
    if (/^https?:\/\//i.test(location)) {
        if (hash === undefined)
            throw new errors/* UserError */.yo('nix-source is a URL: nix-sha256 must be given');
        return tarballAt(runner, location, hash);
    }
    const path = location.startsWith('file://') ? (0,external_node_url_.fileURLToPath)(location) : (0,external_node_path_.resolve)(runner.facts.workspace, location);
    const problem = fileProblem(path);
    if (problem !== undefined)
        throw new errors/* UserError */.yo(`nix-source: ${problem}`);
    const sha256 = hash?.toLowerCase();
    return { name: path, sha256, read: (consume) => consume(checkedFile(path, sha256)) };
}
function fileProblem(path) {
    const there = (0,external_node_fs_.statSync)(path, { throwIfNoEntry: false });
    if (there === undefined)
        return `there is no file ${path}`;
    if (!there.isFile())
        return `${path} is no file: give the release tarball itself`;
    try {
        (0,external_node_fs_.accessSync)(path, external_node_fs_.constants.R_OK);
        return undefined;
    }
    catch {
        return `this user may not read ${path}`;
    }
}
/** Checked as it is read, so that the file cannot change between the check and the unpacking. */
async function* checkedFile(path, sha256) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    for await (const chunk of (0,external_node_fs_.createReadStream)(path, { highWaterMark: 1024 * 1024 })) {
        hash.update(chunk);
        yield chunk;
    }
    if (sha256 !== undefined && hash.digest('hex') !== sha256)
        throw new errors/* UserError */.yo(`nix-source: ${path} does not have the SHA-256 that nix-sha256 gives (${sha256})`);
}

;// CONCATENATED MODULE: ./build/js/install/daemon/watch.js


/**
 * Does what needs the daemon of this run. Where that dies meanwhile, one error says so, with its last words, instead of
 * what followed from it; what else the daemon printed is told at the end.
 * @throws UserError, or what the work throws while the daemon lives
 */
async function withDaemon(runner, { wiring }, work) {
    if (wiring.kind !== 'own-daemon')
        return await work();
    const lives = async () => (await probeSocket(wiring.daemon.socket)) === 'answers';
    try {
        const done = await work();
        if (await lives())
            await tellRemarks(runner);
        else
            runner.log.warning(died(runner));
        return done;
    }
    catch (error) {
        if (!runner.cancelled.aborted && !(await lives())) {
            const first = (error instanceof Error ? error.message : String(error)).trim();
            throw new errors/* UserError */.yo(`${died(runner)}\nWhat failed for want of it: ${first}`);
        }
        await tellRemarks(runner);
        throw error;
    }
}
const died = (runner) => 'The Nix daemon that this run had started has died: something killed it, most often the kernel for want of memory ' +
    `(its log would say so: dmesg), or it crashed. It said at last: ${lastWords(runner) || 'nothing'}`;
async function tellRemarks(runner) {
    const lines = remarks(runner);
    if (lines.length === 0)
        return;
    await runner.log.group('What the Nix daemon said', async () => {
        for (const line of lines)
            runner.log.info(line);
    });
}

;// CONCATENATED MODULE: ./build/js/install/install.js















/** Sources in the order in which they are tried. */
function sourcesFor(kind) {
    return kind === 'auto' ? ['existing', 'release', 'distro'] : [kind];
}
/**
 * Finds or installs a Nix and makes it ready: settings, daemon, environment of later steps. Post undoes all of it.
 * @throws UserError that names each source that was tried and why it did not serve
 */
async function installNix(runner, inputs) {
    // one at a time: of two jobs that start together the second finds the first one's Nix
    const extraNixConfig = includesFrom(runner.facts.workspace, inputs.extraNixConfig);
    return await runner.journal.exclusively(() => provideAndConnect(runner, { ...inputs, extraNixConfig }));
}
async function provideAndConnect(runner, inputs) {
    const { source, found, reason, prepared, profile } = await provideNix(runner, inputs);
    // a machine without certificates has those of the profile
    if (certificates({}).NIX_SSL_CERT_FILE === undefined)
        await profile;
    const connecting = connect(runner, found, {
        source,
        installed: source !== 'existing',
        reason,
        userLines: inputs.extraNixConfig,
        token: inputs.githubToken,
        prepared,
        idle: inputs.idle,
    });
    const [connected, made] = await Promise.allSettled([connecting, profile]);
    if (made.status === 'rejected')
        throw made.reason;
    if (connected.status === 'rejected')
        throw connected.reason;
    const installed = connected.value;
    runner.log.info(`${installed.describe} ${installed.reason}`);
    return installed;
}
async function provideNix(runner, inputs) {
    const moved = placesProblem(runner.facts.env);
    if (moved !== undefined)
        throw new errors/* UserError */.yo(moved);
    const failures = [];
    for (const source of sourcesFor(inputs.nixSource.kind)) {
        try {
            const provided = await provide(runner, inputs, source);
            return { ...provided, source, reason: reasonFor(inputs.nixSource.kind, source, failures) };
        }
        catch (error) {
            if (inputs.nixSource.kind !== 'auto' || runner.cancelled.aborted || !isAnswer(error))
                throw error;
            failures.push(`${source}: ${error.message}`);
            runner.log.info(`nix-source ${source}: ${error.message}`);
        }
    }
    throw new errors/* UserError */.yo(`no Nix can be had.\n${failures.join('\n')}`);
}
/** A failure that lets the next source be tried: not our own faults, no wrong settings, and not a cancelled job. */
const isAnswer = (error) => (error instanceof errors/* UserError */.yo && !(error instanceof find/* SettingsError */.GN)) ||
    (error instanceof errors/* CommandError */.Qd && error.result.stopped !== 'cancelled');
/** Why this source, in a sentence. */
function reasonFor(kind, source, failures) {
    if (kind !== 'auto')
        return `nix-source asks for ${kind === 'tarball' ? 'this tarball' : source}.`;
    return failures.length === 0
        ? 'A Nix that is there is preferred.'
        : `Tried before: ${failures.join('; ').replace(/\.$/, '')}.`;
}
async function provide(runner, inputs, source) {
    switch (source) {
        case 'existing': {
            const { found, why } = await (0,find/* findNix */.rv)(runner);
            if (found === undefined) {
                const hint = inputs.nixSource.kind === 'existing' ? '. Use nix-source: auto, release or distro to have one installed' : '';
                throw new errors/* UserError */.yo(`${why}${hint}`);
            }
            return { found };
        }
        case 'release': {
            const systems = runnableSystems();
            const release = findRelease(inputs.nixVersion, systems[0] ?? 'unknown');
            if (typeof release === 'string')
                throw new errors/* UserError */.yo(release);
            return await unpackAndPrepare(runner, inputs, () => tarballAt(runner, release.url, release.sha256), systems);
        }
        case 'distro':
            return { found: await installDistro(runner) };
        case 'tarball': {
            if (inputs.nixSource.kind !== 'tarball')
                throw new Error('no tarball is named');
            const { location, sha256 } = inputs.nixSource;
            return await unpackAndPrepare(runner, inputs, () => findTarball(runner, location, sha256), runnableSystems());
        }
    }
}
/** Unpacking takes a processor and the rest waits: what a new /nix of root's will need is done meanwhile. */
async function unpackAndPrepare(runner, inputs, tarball, systems) {
    const ahead = ownerOfNix(runner) === 'root' && (0,fresh/* nixIsAbsent */.XX)();
    let prepared;
    const prepare = () => {
        if (!ahead || prepared !== undefined)
            return;
        prepared = prepareMachine(runner, inputs.extraNixConfig, `${release_PROFILE}/bin`);
        prepared.catch(() => undefined); // whoever awaits it hears of it
    };
    const source = tarball();
    const read = (consume) => source.read((bytes) => consume(afterSome(bytes, prepare)));
    try {
        const installed = await installTarball(runner, { ...source, read }, systems, inputs.shelf, prepare);
        prepare();
        return { ...installed, prepared };
    }
    catch (error) {
        await prepared?.catch(() => undefined);
        throw error;
    }
}
/** @param begin called when the second portion has been taken: unpacking is on its way */
async function* afterSome(bytes, begin) {
    let taken = 0;
    for await (const some of bytes) {
        yield some;
        taken += 1;
        if (taken === 2)
            begin();
    }
}
/** This machine's system first, and those whose programs it runs too. */
function runnableSystems() {
    const system = (0,nix_system/* systemOf */.b)(process.arch, process.platform);
    if (process.platform === 'darwin') {
        throw new errors/* UserError */.yo('on macOS this action does not install Nix (/nix needs a volume of its own): install it before');
    }
    if (system === undefined)
        throw new errors/* UserError */.yo(`Nix does not run on ${process.platform} ${process.arch}`);
    const also = {
        'x86_64-linux': ['i686-linux'],
        'armv7l-linux': ['armv6l-linux'],
        'aarch64-darwin': ['x86_64-darwin'],
    };
    return [system, ...(also[system] ?? [])];
}


/***/ }),

/***/ 1342:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D2: () => (/* binding */ askAbout),
/* harmony export */   Kf: () => (/* binding */ commandsOf),
/* harmony export */   OZ: () => (/* binding */ ABOUT),
/* harmony export */   XX: () => (/* binding */ nixIsAbsent),
/* harmony export */   dI: () => (/* binding */ PARTS),
/* harmony export */   i2: () => (/* binding */ MOVE),
/* harmony export */   id: () => (/* binding */ readAbout),
/* harmony export */   v8: () => (/* binding */ layOut)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3024);
/* harmony import */ var _conf_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7782);
/* harmony import */ var _find_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(727);




/** Of /nix, as it is right after an install. */
const PARTS = ['store', 'var'];
/** Beside the parts, where they are kept: what `nix --version` printed. */
const VERSION = 'version';
/** And its settings where no file says anything. */
const DEFAULTS = 'defaults';
const ABOUT = [VERSION, DEFAULTS];
/** What is kept is a whole /nix, for a machine that has none. */
const nixIsAbsent = () => PARTS.every((part) => !(0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(`/nix/${part}`));
const commandsOf = (runner, asRoot) => async (tool, ...args) => {
    await runner.commands.run({ tool, args }, { asRoot, timeoutSeconds: 300 });
};
/** Asks a Nix that was installed just now what will be kept of it besides its files, in the order of ABOUT. */
async function askAbout(runner, { bin, version }) {
    const env = { NIX_CONF_DIR: '/nonexistent', NIX_USER_CONF_FILES: '/nonexistent', NIX_CONFIG: undefined };
    const ask = async (args) => (await runner.commands.run({ tool: `${bin}/nix`, args, env }, { timeoutSeconds: 60 })).stdout;
    return await Promise.all([ask(['--version']), ask((0,_conf_js__WEBPACK_IMPORTED_MODULE_2__/* .showSettings */ .l0)(version))]);
}
/** Moves both parts out of the folder $1, but not over what is there. */
const MOVE = `mv -n -- ${PARTS.map((part) => `"$1/${part}"`).join(' ')} /nix`;
/** What was kept besides the files. @param folder where that is @throws Error where it is no version that serves */
function readAbout(folder) {
    const printed = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readFileSync)(`${folder}/${VERSION}`, 'utf8');
    const { chosen } = (0,_find_js__WEBPACK_IMPORTED_MODULE_3__/* .chooseCandidate */ .J2)([{ path: folder, printed }]);
    if (chosen === undefined)
        throw new Error(`its version is ${printed}`);
    return { version: chosen.version, defaults: readDefaults(`${folder}/${DEFAULTS}`) };
}
/** An earlier version of this action did not keep them. */
function readDefaults(path) {
    return (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(path) ? (0,_conf_js__WEBPACK_IMPORTED_MODULE_2__/* .parseSettings */ .P$)((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readFileSync)(path, 'utf8')) : undefined;
}
/**
 * Lays /nix out of what an earlier job kept: no download, no xz, no registration.
 * @param where it was kept, for the log
 * @param bin folder of the programs in it
 * @param fill makes a folder on the store's file system, puts both parts into it, and gives what was kept besides
 *   (readAbout); it may move them too
 * @returns undefined where it does not serve
 */
async function layOut(runner, where, { bin, asRoot }, fill) {
    const draft = `/nix/.kept-${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(6).toString('hex')}`;
    await runner.journal.record({ kind: 'remove', path: draft, root: asRoot });
    try {
        const run = commandsOf(runner, asRoot);
        const about = await fill(draft, run);
        if ((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(`${draft}/store`))
            await run('sh', '-c', MOVE, 'sh', draft);
        if ((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(`${draft}/store`))
            throw new Error('another Nix has come meanwhile');
        return { bin, ...about, onPath: false };
    }
    catch (error) {
        runner.log.info(`what ${where} kept does not serve: ${error instanceof Error ? error.message : String(error)}`);
        await runner.files.remove(draft, { asRoot });
        return undefined;
    }
}


/***/ }),

/***/ 9218:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ unpackerOf),
/* harmony export */   gA: () => (/* binding */ layoutProblem),
/* harmony export */   yq: () => (/* binding */ systemInName)
/* harmony export */ });
/* unused harmony export registeredPaths */
/** First bytes of an archive, and what unpacks it. */
const COMPRESSIONS = [
    { magic: 'fd377a585a00', tool: 'xz' },
    { magic: '28b52ffd', tool: 'zstd' },
    { magic: '1f8b', tool: 'gzip' },
    { magic: '425a68', tool: 'bzip2' },
];
/** The program that unpacks an archive, by its first bytes; undefined where it is none that is known. */
function unpackerOf(head) {
    const hex = Buffer.from(head).toString('hex');
    return COMPRESSIONS.find(({ magic }) => hex.startsWith(magic))?.tool;
}
const NAME = /^[0-9abcdfghijklmnpqrsvwxyz]{32}-[0-9a-zA-Z+\-._?=]+$/;
/** What is wrong with an archive that should be laid out as upstream's (packaging/binary-tarball.nix); else undefined. */
function layoutProblem(facts) {
    const [top, ...others] = facts.top;
    if (top === undefined || others.length > 0 || !/^nix-[\w.+-]+$/.test(top)) {
        return `it must hold one folder nix-<version>-<system>, not: ${facts.top.slice(0, 5).join(', ') || 'nothing'}`;
    }
    if (facts.store === undefined)
        return `${top}/store is missing`;
    if (facts.registration === undefined)
        return `${top}/.reginfo is missing`;
    const stray = facts.store.find((name) => !NAME.test(name));
    if (stray !== undefined)
        return `${top}/store/${stray} is not named as a store path`;
    const registered = registeredPaths(facts.registration);
    if (registered === undefined)
        return `${top}/.reginfo cannot be read`;
    const names = new Set(facts.store);
    const missing = registered.find((path) => !names.has(path.replace('/nix/store/', '')));
    if (missing !== undefined)
        return `${missing} is registered but not in ${top}/store`;
    const known = new Set(registered);
    const extra = facts.store.find((name) => !known.has(`/nix/store/${name}`));
    return extra === undefined ? undefined : `${top}/store/${extra} is not registered`;
}
/**
 * Paths of Nix's registration format: path, hash, size, deriver, number of references, references.
 * Undefined where the text is not that.
 */
function registeredPaths(registration) {
    const lines = registration.split('\n');
    if (lines.at(-1) === '')
        lines.pop();
    const paths = [];
    for (let at = 0; at < lines.length;) {
        const [path, hash, size, , count] = lines.slice(at, at + 5);
        const references = Number(count);
        if (path === undefined || !/^[0-9a-f]{64}$/.test(hash ?? '') || !/^\d+$/.test(size ?? ''))
            return undefined;
        if (count === undefined || !Number.isSafeInteger(references) || at + 5 + references > lines.length)
            return undefined;
        paths.push(path);
        at += 5 + references;
    }
    return paths;
}
/** The system in a tarball's folder name, `nix-2.34.8-x86_64-linux`. */
const systemInName = (top) => /-([a-z0-9_]+-(?:linux|darwin|freebsd))$/.exec(top)?.[1];


/***/ }),

/***/ 4541:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   UB: () => (/* binding */ librariesAdvice),
/* harmony export */   sE: () => (/* binding */ unpackProblem),
/* harmony export */   w$: () => (/* binding */ lastLines),
/* harmony export */   x8: () => (/* binding */ putProblem)
/* harmony export */ });
const FULL = /No space left on device|Disk quota exceeded/;
const LAST_LINES = 5;
/** What to do where a Nix was given the libraries of somebody else; empty where that is not why it failed. */
function librariesAdvice(stderr, env) {
    const name = ['LD_LIBRARY_PATH', 'LD_PRELOAD'].find((each) => env[each]);
    if (name === undefined || !/\(required by |symbol lookup error|loading shared libraries/.test(stderr))
        return '';
    return `\nPrograms of Nix bring their own libraries: unset ${name} (${env[name]}) for this step and those that use Nix.`;
}
/** Why the new Nix is not in the store, or does not run there, and what to do where that is known. */
function putProblem({ stopped, stderr }, env) {
    const why = stopped === undefined ? lastLines(stderr) : `it was ended (${stopped})`;
    const advice = FULL.test(stderr)
        ? '\nFree some space on the disk that /nix is on.'
        : /bin\/nix.*Permission denied/.test(stderr)
            ? '\nPrograms in /nix cannot be run: mount it without noexec.'
            : librariesAdvice(stderr, env);
    return `the new Nix cannot be put into /nix/store: ${why}${advice}`;
}
/** Why a tarball cannot be unpacked: tar names every file that a full disk has no room for. */
function unpackProblem(stderr) {
    if (FULL.test(stderr))
        return 'the disk that /nix is on is full. Free some space on it, or mount a larger one at /nix.';
    const missing = /\b(tar|xz|zstd|gzip|bzip2): (?:command )?not found/.exec(stderr)?.[1];
    if (missing !== undefined)
        return `there is no ${missing} on this machine. Install it (Debian: apt-get install ${packageOf(missing)}).`;
    return lastLines(stderr);
}
const packageOf = (tool) => (tool === 'xz' ? 'xz-utils' : tool);
/** The end of what a command said: where one library or file is missing, a hundred follow. */
const lastLines = (stderr) => stderr.trim().split('\n').slice(-LAST_LINES).join('\n');


/***/ }),

/***/ 2934:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   o: () => (/* binding */ extract),
/* harmony export */   r: () => (/* binding */ unpackTarball)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(1455);
/* harmony import */ var _runner_errors_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(4890);
/* harmony import */ var _layout_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(9218);
/* harmony import */ var _problem_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(4541);






/**
 * Unpacks a tarball, as its bytes come, into a folder in /nix, on the store's file system, so that store paths can be
 * renamed into it.
 * @param name of the tarball, for messages
 * @throws UserError where the archive is not one, is damaged, or holds anything outside its own folder
 */
async function unpackTarball(runner, name, bytes, asRoot) {
    const { head, all } = await peek(bytes);
    const tool = unpackerFor(runner, name, head);
    const staging = `/nix/.unpack-${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.randomBytes)(6).toString('hex')}`;
    await runner.journal.record({ kind: 'remove', path: staging, root: asRoot });
    try {
        const command = { tool: 'sh', args: ['-c', UNPACK, 'sh', staging, tool] };
        await unpackWith(runner, name, command, all, asRoot);
        return { staging, ...(await readLayout(name, staging)) };
    }
    catch (error) {
        // post does it where this fails, and a cancelled job starts nothing: the first error is the one to tell
        await runner.files.remove(staging, { asRoot }).catch(() => undefined);
        throw error;
    }
}
/** tar cuts a leading / from names and refuses `..`; either ends this run. */
const TAR = ['tar', '-x', '-p', '--no-same-owner', '-f'];
/**
 * $1 folder to make, $2 what unpacks standard input. xz hands on 8 KiB at a time: through a pipe, where each wakes up tar,
 * that takes 0.05 s longer than by a file. The others are quicker through a pipe.
 */
const UNPACK = `mkdir -p -- /nix/store /nix/var/nix "$1" || exit
if [ "$2" = xz ]; then
  xz -dc >"$1/.tar" && ${TAR.join(' ')} "$1/.tar" -C "$1" && rm -- "$1/.tar"
else
  { "$2" -dc || : >"$1/.failed"; } | ${TAR.join(' ')} - -C "$1" && [ ! -e "$1/.failed" ]
fi`;
function unpackerFor(runner, name, head) {
    const tool = (0,_layout_js__WEBPACK_IMPORTED_MODULE_4__/* .unpackerOf */ .Z)(head);
    if (tool === undefined) {
        const start = JSON.stringify(head.subarray(0, 40).toString('latin1'));
        throw new _runner_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo(`${name} is not a Nix release tarball: it begins with ${start}`);
    }
    if (runner.commands.find(tool) === undefined)
        throw new _runner_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo(`${name} is compressed with ${tool}, which is not installed. Install it.`);
    return tool;
}
/** Enough to know how it is compressed, and to show what it is instead. */
const HEAD = 64;
/** The first bytes, and all of them. */
async function peek(bytes) {
    const iterator = bytes[Symbol.asyncIterator]();
    let head = Buffer.alloc(0);
    while (head.length < HEAD) {
        const { done, value } = await iterator.next();
        if (done)
            break;
        head = Buffer.concat([head, value]);
    }
    const all = async function* () {
        yield head;
        yield* { [Symbol.asyncIterator]: () => iterator };
    };
    return { head, all: all() };
}
/** Unpacks a tar archive. @param folder that is there */
async function extract(runner, name, input, { folder, asRoot }) {
    const [tool, ...args] = TAR;
    await unpackWith(runner, name, { tool, args: [...args, '-', '-C', folder] }, input, asRoot);
}
async function unpackWith(runner, name, command, input, asRoot) {
    const limits = { asRoot, accept: 'any', timeoutSeconds: 600 };
    const result = await runner.commands.run({ ...command, env: { LC_ALL: 'C' }, input }, limits);
    if (result.stopped !== undefined)
        throw new _runner_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo(`unpacking ${name} was ended (${result.stopped})`);
    if (/removing leading|contains '\.\.'|path contains/i.test(result.stderr)) {
        throw new _runner_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo(`${name} is refused: it holds files outside its own folder: ${result.stderr.trim()}`);
    }
    if (result.exitCode !== 0)
        throw new _runner_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo(`${name} cannot be unpacked: ${(0,_problem_js__WEBPACK_IMPORTED_MODULE_5__/* .unpackProblem */ .sE)(result.stderr)}`);
}
async function readLayout(name, staging) {
    const top = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readdir)(staging);
    const root = `${staging}/${top[0] ?? ''}`;
    const store = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(`${root}/store`) ? await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readdir)(`${root}/store`) : undefined;
    const registration = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.existsSync)(`${root}/.reginfo`) ? await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readFile)(`${root}/.reginfo`, 'utf8') : undefined;
    const problem = (0,_layout_js__WEBPACK_IMPORTED_MODULE_4__/* .layoutProblem */ .gA)({ top, store, registration });
    if (problem !== undefined || store === undefined || registration === undefined) {
        throw new _runner_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .UserError */ .yo(`${name} is not a Nix release tarball: ${problem}`);
    }
    return { store: `${root}/store`, names: store, top: top[0] ?? '', registration };
}


/***/ }),

/***/ 72:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   a: () => (/* binding */ toBase32),
/* harmony export */   v: () => (/* binding */ fromBase32)
/* harmony export */ });
const ALPHABET = '0123456789abcdfghijklmnpqrsvwxyz';
/** Nix's base 32 (src/libutil/hash.cc, printHash32): least significant bits last, from the end of the bytes. */
function toBase32(bytes) {
    const length = Math.ceil((bytes.length * 8) / 5);
    let text = '';
    for (let n = length - 1; n >= 0; n -= 1) {
        const bit = n * 5;
        const at = bit >> 3;
        const shift = bit & 7;
        const pair = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
        text += ALPHABET[(pair >> shift) & 31];
    }
    return text;
}
/** The bytes of a text in Nix's base 32. @throws Error on any other text */
function fromBase32(text) {
    const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8));
    for (let n = 0; n < text.length; n += 1) {
        const digit = ALPHABET.indexOf(text[text.length - n - 1] ?? '');
        if (digit < 0)
            throw new Error(`not Nix base 32: ${text}`);
        const at = (n * 5) >> 3;
        const shift = (n * 5) & 7;
        if (at < bytes.length)
            bytes[at] = (bytes[at] ?? 0) | ((digit << shift) & 255);
        const carry = digit >> (8 - shift);
        if (at + 1 < bytes.length)
            bytes[at + 1] = (bytes[at + 1] ?? 0) | carry;
        else if (carry !== 0)
            throw new Error(`not Nix base 32: ${text}`);
    }
    return bytes;
}


/***/ }),

/***/ 4132:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Pl: () => (/* binding */ toNarInfoHash),
/* harmony export */   kB: () => (/* binding */ toSri),
/* harmony export */   wM: () => (/* binding */ sriOf)
/* harmony export */ });
/* harmony import */ var _base32_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(72);

const BYTES = { md5: 16, sha1: 20, sha256: 32, sha512: 64, blake3: 32 };
/**
 * A hash as SRI, `sha256-<base 64>`, from any of Nix's spellings: SRI itself, `sha256:` with base 16, base 32 or
 * base 64, and the object of some versions, `{ algorithm, format?, hash }`.
 * @throws Error where it is none of them
 */
function toSri(hash) {
    if (typeof hash === 'string')
        return fromText(hash);
    if (typeof hash === 'object' && hash !== null && 'algorithm' in hash && 'hash' in hash) {
        const { algorithm, hash: digits } = hash;
        if (typeof algorithm === 'string' && typeof digits === 'string')
            return sri(algorithm, digits);
    }
    throw new Error(`not a hash: ${JSON.stringify(hash)}`);
}
function fromText(hash) {
    const match = /^([a-z0-9]+)[-:](.+)$/.exec(hash);
    if (match?.[1] === undefined || match[2] === undefined)
        throw new Error(`not a hash: ${hash}`);
    return sri(match[1], match[2]);
}
function sri(algorithm, digits) {
    const size = BYTES[algorithm];
    if (size === undefined)
        throw new Error(`not a hash algorithm that Nix has: ${algorithm}`);
    const bytes = readDigits(digits, size);
    if (bytes?.length !== size)
        throw new Error(`not ${size} bytes of ${algorithm}: ${digits}`);
    return `${algorithm}-${bytes.toString('base64')}`;
}
/** Which base it is follows from the number of digits. */
function readDigits(digits, size) {
    if (digits.length === size * 2 && /^[0-9a-fA-F]+$/.test(digits))
        return Buffer.from(digits, 'hex');
    if (digits.length === Math.ceil((size * 8) / 5))
        return (0,_base32_js__WEBPACK_IMPORTED_MODULE_0__/* .fromBase32 */ .v)(digits);
    return /^[A-Za-z0-9+/]+={0,2}$/.test(digits) ? Buffer.from(digits, 'base64') : undefined;
}
/** As SRI, or undefined where it is no hash. */
function sriOf(hash) {
    try {
        return toSri(hash);
    }
    catch {
        return undefined;
    }
}
/** `sha256:<base 32>`, as in narinfos, of a SHA-256 in any of Nix's spellings. @throws Error where it is none */
function toNarInfoHash(hash) {
    const sri = toSri(hash);
    if (!sri.startsWith('sha256-'))
        throw new Error(`not a SHA-256: ${hash}`);
    return `sha256:${(0,_base32_js__WEBPACK_IMPORTED_MODULE_0__/* .toBase32 */ .a)(Buffer.from(sri.slice('sha256-'.length), 'base64'))}`;
}


/***/ }),

/***/ 3670:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $s: () => (/* binding */ bound),
/* harmony export */   h0: () => (/* binding */ plainLine),
/* harmony export */   i2: () => (/* binding */ LONGEST_LINE),
/* harmony export */   wh: () => (/* binding */ plainText)
/* harmony export */ });
/** Longest line that is kept, in UTF-16 units: a build may print megabytes without a line ending. */
const LONGEST_LINE = 4096;
const ESCAPE = '\u001b';
// CSI sequences (colours, cursor), OSC sequences (titles, links), and the two-character ones (ECMA-48)
const SEQUENCES = new RegExp(`${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007${ESCAPE}]*(?:\\u0007|${ESCAPE}\\\\)?|[ -/]+[0-~]|[0-Z\\\\-~])`, 'g');
// what is left of C0 but tab and line feed, DEL, C1, and the bidirectional overrides that make a line read backwards
const CONTROLS = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu;
const SOMETHING_TO_STRIP = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u;
/** A text without terminal escape sequences and other control characters; tabs and line feeds stay. */
function plainText(text) {
    return SOMETHING_TO_STRIP.test(text) ? text.replace(SEQUENCES, '').replace(CONTROLS, '') : text;
}
/**
 * One line as a terminal would leave it: what a carriage return overwrote is gone, no escape sequences, at most
 * `LONGEST_LINE` long.
 */
function plainLine(line) {
    const bounded = bound(line, LONGEST_LINE * 4);
    const last = bounded.includes('\r') ? (bounded.split(/\r+\n?/).findLast((part) => part !== '') ?? '') : bounded;
    return bound(plainText(last).replaceAll('\n', ' '), LONGEST_LINE);
}
/** Cuts a text to `length`, saying how much is missing. */
function bound(text, length) {
    if (text.length <= length)
        return text;
    // through a buffer, since a slice would keep the whole of the long text in memory
    const kept = Buffer.from(text.slice(0, length)).toString();
    return `${kept}… (${text.length - length} more characters)`;
}


/***/ }),

/***/ 6221:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Dv: () => (/* binding */ nixCommand),
/* harmony export */   KM: () => (/* binding */ withoutSubstituters),
/* harmony export */   rI: () => (/* binding */ evaluation),
/* harmony export */   xB: () => (/* binding */ pathReference)
/* harmony export */ });
/**
 * What two processes get that open a store's database at the same moment, which is switched to its journal then: SQLite
 * waits for no lock there, and Nix does not try again.
 */
const BUSY = /error:[^\n]*SQLite database [^\n]* is busy/;
/** A command of this Nix. @param tool `nix`, `nix-store`, … */
function nixCommand(nix, tool, args, more = {}) {
    return { busy: BUSY, ...more, tool: `${nix.bin}/${tool}`, args, env: { ...nix.env, ...more.env } };
}
/** `nix eval` of what nobody asks again: in the cache of evaluations its answers would take time and stay for ever. */
function evaluation(nix, args) {
    const NIX_CONFIG = [nix.env.NIX_CONFIG ?? '', 'eval-cache = false'].filter((line) => line !== '').join('\n');
    return nixCommand(nix, 'nix', ['eval', '--json', ...args], { env: { NIX_CONFIG } });
}
/** The same Nix, asking fewer caches: a daemon lets every user name fewer than it has. */
function withoutSubstituters(nix, left) {
    const substituters = nix.substituters.filter((url) => !left.includes(url));
    const lines = [nix.env.NIX_CONFIG ?? '', `substituters = ${substituters.join(' ')}`];
    return { ...nix, substituters, env: { ...nix.env, NIX_CONFIG: lines.filter((line) => line !== '').join('\n') } };
}
/** Reference of a flake in a folder, whatever its name has: Nix takes a part with a space for no URL. */
const pathReference = (folder) => `path:${encodeURI(folder).replace(/['()*?#]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`;


/***/ }),

/***/ 8671:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P4: () => (/* binding */ PLATFORMS),
/* harmony export */   U_: () => (/* binding */ CROSS_ONLY),
/* harmony export */   tj: () => (/* binding */ platformOf)
/* harmony export */ });
const row = (system, triple, crossName, bits, endian, machine) => ({
    system: system,
    triple,
    ...(crossName === undefined ? {} : { crossName }),
    elf: { bits, endian, machine },
});
/** Linux platforms, from nixpkgs lib/systems (evaluated 2026-06) and <elf.h>. */
const PLATFORMS = [
    row('x86_64-linux', 'x86_64-unknown-linux-gnu', 'gnu64', 64, 'little', 0x3e),
    row('i686-linux', 'i686-unknown-linux-gnu', 'gnu32', 32, 'little', 0x03),
    row('aarch64-linux', 'aarch64-unknown-linux-gnu', 'aarch64-multiplatform', 64, 'little', 0xb7),
    row('aarch64_be-linux', 'aarch64_be-unknown-linux-gnu', undefined, 64, 'big', 0xb7),
    row('armv7l-linux', 'armv7l-unknown-linux-gnueabihf', 'armv7l-hf-multiplatform', 32, 'little', 0x28),
    row('armv6l-linux', 'armv6l-unknown-linux-gnueabihf', 'raspberryPi', 32, 'little', 0x28),
    row('armv5tel-linux', 'armv5tel-unknown-linux-gnueabi', 'armv5tel-multiplatform', 32, 'little', 0x28),
    row('riscv64-linux', 'riscv64-unknown-linux-gnu', 'riscv64', 64, 'little', 0xf3),
    row('riscv32-linux', 'riscv32-unknown-linux-gnu', 'riscv32', 32, 'little', 0xf3),
    row('powerpc64le-linux', 'powerpc64le-unknown-linux-gnu', 'powernv', 64, 'little', 0x15),
    row('powerpc64-linux', 'powerpc64-unknown-linux-gnuabielfv1', 'ppc64-elfv1', 64, 'big', 0x15),
    row('powerpc-linux', 'powerpc-unknown-linux-gnu', 'ppc32', 32, 'big', 0x14),
    row('s390x-linux', 's390x-unknown-linux-gnu', 's390x', 64, 'big', 0x16),
    row('loongarch64-linux', 'loongarch64-unknown-linux-gnu', 'loongarch64-linux', 64, 'little', 0x102),
    row('mips64el-linux', 'mips64el-unknown-linux-gnu', undefined, 64, 'little', 0x08),
    row('mips64-linux', 'mips64-unknown-linux-gnu', undefined, 64, 'big', 0x08),
    row('mipsel-linux', 'mipsel-unknown-linux-gnu', 'mipsel-linux-gnu', 32, 'little', 0x08),
    row('mips-linux', 'mips-unknown-linux-gnu', 'mips-linux-gnu', 32, 'big', 0x08),
    row('m68k-linux', 'm68k-unknown-linux-gnu', 'm68k', 32, 'big', 0x04),
];
const platformOf = (system) => PLATFORMS.find((platform) => platform.system === system);
const only = (system, triple, ...crossNames) => ({
    system: system,
    triple,
    crossNames,
});
/** Those of nixpkgs that Linux builds (lib/systems/examples.nix, 2026-10); of several with one double, the usual one. */
const CROSS_ONLY = [
    // nixpkgs itself takes the bare double for Microsoft's ABI, which it has no free toolchain for
    only('x86_64-windows', 'x86_64-w64-mingw32', 'mingw-ucrt-x86_64', 'ucrt64'),
    only('i686-windows', 'i686-w64-mingw32', 'mingw-msvcrt-i686', 'mingw32'),
    only('aarch64-windows', 'aarch64-w64-mingw32', 'mingw-ucrt-aarch64', 'ucrtAarch64'),
    only('wasm32-wasi', 'wasm32-unknown-wasi', 'wasm32-wasip1', 'wasi32'),
    only('wasm32-wasi', 'wasm32-unknown-wasip1', 'wasm32-wasip1', 'wasi32'),
    only('javascript-ghcjs', 'javascript-unknown-ghcjs', 'ghcjs'),
];


/***/ }),

/***/ 5143:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   DR: () => (/* binding */ signatureFits),
/* harmony export */   UG: () => (/* binding */ parseSigningKey),
/* harmony export */   X8: () => (/* binding */ signText),
/* harmony export */   vI: () => (/* binding */ signatureFitsBeside),
/* harmony export */   xT: () => (/* binding */ keyName)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7975);


// RFC 8410: DER of a PKCS#8 private key and of a SubjectPublicKeyInfo up to the 32 key bytes
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
/**
 * Reads a secret key as `nix key generate-secret` prints it (Nix src/libstore/crypto.cc: libsodium's secret key, which
 * is the seed followed by the public key). The problem text never repeats what was given: it may be most of a secret.
 */
function parseSigningKey(text) {
    const bare = text.trim();
    const colon = bare.indexOf(':');
    const name = bare.slice(0, colon);
    if (colon < 1 || /\s/.test(bare))
        return { problem: 'the signing key is not one line of the form name:base64' };
    const encoded = bare.slice(colon + 1);
    const bytes = Buffer.from(encoded, 'base64');
    if (bytes.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, ''))
        return { problem: 'the signing key is not valid base64 after its name' };
    if (bytes.length === 32)
        return { problem: 'the signing key is a public key (32 bytes); the secret key has 64 bytes after its name' };
    if (bytes.length !== 64)
        return { problem: `the signing key has ${bytes.length} bytes after its name, a secret key has 64` };
    if (!publicHalf(bytes.subarray(0, 32)).equals(bytes.subarray(32)))
        return { problem: 'the signing key is damaged: its public half does not belong to its secret half' };
    return { name, secret: bare, publicKey: `${name}:${bytes.subarray(32).toString('base64')}` };
}
/** Signs a text. Gives `name:base64(signature)`, the value of a narinfo's `Sig:` line. @param secret `name:base64` */
function signText(secret, text) {
    const key = privateKeys.get(secret) ?? privateKey(Buffer.from(splitKey(secret)[1] ?? '', 'base64').subarray(0, 32));
    privateKeys.set(secret, key);
    return `${keyName(secret)}:${(0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.sign)(null, Buffer.from(text), key).toString('base64')}`;
}
/** Kept, since it takes longer to read a key than to sign with it. */
const privateKeys = new Map();
/** Whether `signature` (`name:base64`) is by `publicKey` (`name:base64(32 bytes)`) over `text`. Never throws. */
function signatureFits(publicKey, text, signature) {
    const given = verification(publicKey, text, signature);
    return given !== undefined && (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.verify)(...given);
}
const verifyBeside = (0,node_util__WEBPACK_IMPORTED_MODULE_1__.promisify)(node_crypto__WEBPACK_IMPORTED_MODULE_0__.verify);
/** The same on another thread: thousands of them would hold up the requests that run meanwhile. */
async function signatureFitsBeside(publicKey, text, signature) {
    const given = verification(publicKey, text, signature);
    return given !== undefined && (await verifyBeside(...given));
}
function verification(publicKey, text, signature) {
    const [keyName, encodedKey = ''] = splitKey(publicKey);
    const [name, encoded = ''] = splitKey(signature);
    const key = name === keyName ? publicKeyOf(encodedKey) : undefined;
    return key === undefined ? undefined : [null, Buffer.from(text), key, Buffer.from(encoded, 'base64')];
}
const publicKeys = new Map();
/** Kept, since thousands of signatures are checked with one key. */
function publicKeyOf(encoded) {
    if (!publicKeys.has(encoded)) {
        const raw = Buffer.from(encoded, 'base64');
        const der = { key: Buffer.concat([PUBLIC_PREFIX, raw]), format: 'der', type: 'spki' };
        publicKeys.set(encoded, raw.length === 32 ? (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createPublicKey)(der) : undefined);
    }
    return publicKeys.get(encoded);
}
/** Name of a key or signature, `name:base64` → `name`. */
const keyName = (text) => splitKey(text)[0] ?? '';
const splitKey = (text) => {
    const colon = text.indexOf(':');
    return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
};
const privateKey = (seed) => (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createPrivateKey)({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' });
const publicHalf = (seed) => (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createPublicKey)(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(-32);


/***/ }),

/***/ 2295:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   GV: () => (/* binding */ parseStorePath),
/* harmony export */   Hz: () => (/* binding */ storeName),
/* harmony export */   YE: () => (/* binding */ storeHash),
/* harmony export */   r6: () => (/* binding */ parseDrvPath),
/* harmony export */   zP: () => (/* binding */ isStorePath)
/* harmony export */ });
const STORE_PATH = /^\/(?:[^/]+\/)+[0-9abcdfghijklmnpqrsvwxyz]{32}-[0-9a-zA-Z+\-._?=]+$/;
const isStorePath = (text) => STORE_PATH.test(text);
/** Checks that a text is a store path. @throws Error where it is not. */
function parseStorePath(text) {
    if (!isStorePath(text))
        throw new Error(`not a store path: ${text}`);
    return text;
}
/** Checks that a text is the store path of a derivation. @throws Error where it is not. */
function parseDrvPath(text) {
    if (!text.endsWith('.drv'))
        throw new Error(`not a derivation: ${text}`);
    return parseStorePath(text);
}
/** The 32 characters that name a store path in a binary cache (`<hash>.narinfo`). */
const storeHash = (path) => (path.split('/').at(-1) ?? '').slice(0, 32);
/** The name part, without hash; of a derivation without `.drv`. */
const storeName = (path) => (path.split('/').at(-1) ?? '').slice(33).replace(/\.drv$/, '');


/***/ }),

/***/ 2071:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $r: () => (/* binding */ urlParameter),
/* harmony export */   $t: () => (/* binding */ placeOf),
/* harmony export */   DH: () => (/* binding */ decoded),
/* harmony export */   Fj: () => (/* binding */ secretsOf),
/* harmony export */   G2: () => (/* binding */ parseDestination),
/* harmony export */   Gq: () => (/* binding */ withoutLogin)
/* harmony export */ });
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6760);

const SCHEMES = ['file', 'http', 'https', 's3', 'ssh', 'ssh-ng'];
const ALLOWED = 'allowed are file://, http://, https://, s3://, ssh:// and ssh-ng://';
/** Reads one entry of `push-to`. The problem text shows the entry without user name and password. */
function parseDestination(text) {
    const url = text.trim();
    const shown = withoutLogin(url);
    if (url.startsWith('/'))
        return { problem: `${shown} is a path, not a store URL; for a folder write file://${shown}` };
    const given = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1];
    if (given === undefined)
        return { problem: `${shown} is not a store URL; ${ALLOWED}` };
    const scheme = SCHEMES.find((known) => known === given.toLowerCase());
    if (scheme === undefined)
        return { problem: `${shown}: no push to ${given} stores; ${ALLOWED}` };
    const rest = url.slice(scheme.length + 1);
    if (scheme === 'file') {
        if (!rest.startsWith('///') || rest.length < 5 || rest.startsWith('///?'))
            return { problem: `${shown} needs an absolute path: file:///some/folder` };
        return { url, shown, scheme };
    }
    const parsed = URL.parse(scheme === 's3' || scheme.startsWith('ssh') ? `http:${rest}` : url);
    if (!rest.startsWith('//') || parsed === null || parsed.hostname === '')
        return { problem: `${shown} names no ${scheme === 's3' ? 'bucket' : 'host'}` };
    return { url, shown, scheme };
}
/** The same for two ways to write one store. */
function placeOf({ url, scheme }) {
    const place = url.replace(/[?#].*/, '');
    const path = scheme === 'file' ? (0,node_path__WEBPACK_IMPORTED_MODULE_0__.normalize)(decoded(place.slice('file://'.length))) : place.slice(scheme.length);
    return `${scheme}${path.replace(/\/+$/, '')}${url.slice(place.length)}`;
}
/** Takes user name and password out of every URL in a text, encoded ones inside parameters too. The last @ ends them. */
function withoutLogin(text) {
    return text.replace(/(:\/\/)[^/?#\s]*@/g, '$1').replace(/(%3A%2F%2F)(?:(?!%2F|%3F|&|\s).)*%40/gi, '$1');
}
/** Texts of a store URL that must be masked: the password, as written and decoded, and its Basic credentials. */
function secretsOf(url) {
    const login = /:\/\/([^/?#\s]*)@/.exec(url)?.[1];
    const colon = login?.indexOf(':') ?? -1;
    if (login === undefined || colon < 0)
        return [];
    const user = decoded(login.slice(0, colon));
    const password = login.slice(colon + 1);
    const basic = Buffer.from(`${user}:${decoded(password)}`).toString('base64');
    // shorter ones would mask half the log
    return [...new Set([password, decoded(password), basic])].filter((secret) => secret.length >= 4);
}
/** Percent-decoding that leaves text which is not encoded as it is. */
function decoded(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}
/** A parameter of a store URL, decoded. */
function urlParameter(url, name) {
    // in a store URL a plus sign is a plus sign
    const query = (/\?([^#]*)/.exec(url)?.[1] ?? '').replaceAll('+', '%2B');
    return new URLSearchParams(query).get(name) ?? undefined;
}


/***/ }),

/***/ 7801:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ sameSystem),
/* harmony export */   b: () => (/* binding */ systemOf)
/* harmony export */ });
/** The system that a Node process on this machine would build for. */
function systemOf(arch, platform) {
    const cpu = {
        x64: 'x86_64',
        arm64: 'aarch64',
        arm: 'armv7l',
        ia32: 'i686',
        riscv64: 'riscv64',
        s390x: 's390x',
        ppc64: 'powerpc64le',
        loong64: 'loongarch64',
    }[arch];
    const os = { linux: 'linux', darwin: 'darwin' }[platform];
    return cpu === undefined || os === undefined ? undefined : `${cpu}-${os}`;
}
/**
 * Whether nixpkgs' name of a host platform means a system: WASI is called by its version since nixpkgs 26.11
 * (`wasm32-wasip1`).
 */
const sameSystem = (host, system) => host.replace(/-wasip1$/, '-wasi') === system;


/***/ }),

/***/ 3365:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   U9: () => (/* binding */ count),
/* harmony export */   Xo: () => (/* binding */ formatSeconds),
/* harmony export */   z3: () => (/* binding */ formatBytes)
/* harmony export */ });
/** Seconds as people read them: `0.4 s`, `12 s`, `2 min 5 s`, `1 h 3 min`. */
function formatSeconds(seconds) {
    if (!Number.isFinite(seconds) || seconds < 0)
        return '–';
    if (seconds < 9.95)
        return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    if (whole < 60)
        return `${whole} s`;
    if (whole < 3600)
        return `${Math.floor(whole / 60)} min ${whole % 60} s`;
    const minutes = Math.round(seconds / 60);
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
/** Bytes as people read them, in binary units: `512 B`, `1.2 MiB`. */
function formatBytes(bytes) {
    if (!Number.isFinite(bytes) || bytes < 0)
        return '–';
    let value = bytes;
    let unit = 0;
    while (value >= 1023.95 && unit < UNITS.length - 1) {
        value /= 1024;
        unit += 1;
    }
    return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
/** `1 path`, `3 paths`. */
const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;


/***/ }),

/***/ 2394:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   ad: () => (/* binding */ OLDEST_NIX),
/* harmony export */   jZ: () => (/* binding */ atLeast),
/* harmony export */   p_: () => (/* binding */ parseNixVersion)
/* harmony export */ });
/** Oldest Nix that works: flakes, `nix copy` and JSON as this action uses them. */
const OLDEST_NIX = '2.8.0';
/** Parses what `nix --version` prints: `nix (Nix) 2.34.8`. Gives undefined where it cannot be read. */
function parseNixVersion(text) {
    const match = /^nix \(([^)]*)\) (\d+)\.(\d+)(?:\.(\d+))?/m.exec(text);
    if (match === null)
        return undefined;
    const [, name = '', major, minor, patch] = match;
    const flavour = name.startsWith('Lix') ? 'Lix' : name.startsWith('Determinate') ? 'Determinate Nix' : 'Nix';
    const numbers = { major: Number(major), minor: Number(minor), patch: Number(patch ?? 0) };
    return { ...numbers, text: `${numbers.major}.${numbers.minor}.${numbers.patch}`, flavour };
}
/** Whether `version` is `floor` (`2.18` or `2.18.1`) or newer. */
function atLeast(version, floor) {
    const [major = 0, minor = 0, patch = 0] = floor.split('.').map(Number);
    if (version.major !== major)
        return version.major > major;
    if (version.minor !== minor)
        return version.minor > minor;
    return version.patch >= patch;
}


/***/ }),

/***/ 6401:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  runPipeline: () => (/* binding */ runPipeline)
});

// EXTERNAL MODULE: ./build/js/cache/restore.js + 1 modules
var restore = __webpack_require__(5652);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: external "node:stream/consumers"
var consumers_ = __webpack_require__(8321);
// EXTERNAL MODULE: ./build/js/nix/units.js
var units = __webpack_require__(3365);
// EXTERNAL MODULE: ./build/js/cache/client.js + 1 modules
var client = __webpack_require__(9686);
// EXTERNAL MODULE: ./build/js/cache/decide.js
var decide = __webpack_require__(8795);
// EXTERNAL MODULE: ./build/js/cache/facts.js
var facts = __webpack_require__(3856);
// EXTERNAL MODULE: ./build/js/cache/scan.js
var scan = __webpack_require__(5118);
// EXTERNAL MODULE: ./build/js/cache/signer.js
var signer = __webpack_require__(1497);
;// CONCATENATED MODULE: ./build/js/cache/shelf.js










/** The file, relative to where it is packed and unpacked. */
const FILE_NAME = 'nix-multiarch-file';
/** Raised when an older action could not read what a newer one saves. */
const FORMAT = 'v1';
const CODE_BYTES = 32;
const MOST_BYTES = 500_000_000;
/** Nobody is to wait longer for what can be had elsewhere. */
const IMPATIENT = { timeoutSeconds: 10, silentSeconds: 5 };
/**
 * Opens the cache for files that are run with the rights of the job. Nothing that is known about such a program when it
 * runs can be believed afterwards, so that there is no open form as there is for closures: without a key, no shelf.
 */
async function openShelf(runner, inputs) {
    if (inputs.signingKey === undefined)
        return undefined;
    const use = (0,decide/* chooseUse */.ln)(inputs, (0,decide/* readServiceFacts */.hB)(runner.facts.env, await (0,facts/* readEvent */.j_)(runner)));
    return use.read || use.write ? shelfOf(runner, use, (0,signer/* fileKey */.wm)(inputs.signingKey)) : undefined;
}
function shelfOf(runner, use, key) {
    const damaged = new Set();
    const prefixOf = (name) => `nix-multiarch-file-${FORMAT}-signed.${key.id}-${name}-`;
    const pending = [];
    const take = async (name) => {
        const began = performance.now();
        const found = await fetchFile(runner, prefixOf(name));
        if (found.at === undefined) {
            if (found.complaint !== undefined)
                runner.log.info(`Actions cache: no ${name}: ${found.complaint}.`);
            return undefined;
        }
        const bytes = found.file === undefined ? undefined : checked(key, name, found.file);
        if (bytes === undefined) {
            damaged.add(name);
            runner.log.warning(`Actions cache: ${found.at} is not used: ${found.complaint ?? 'no signing-key vouches for it'}.`);
            return undefined;
        }
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        runner.log.info(`Restored ${(0,units/* formatBytes */.z3)(bytes.length)} from ${found.at} in ${seconds} s.`);
        return bytes;
    };
    const put = async (name, bytes) => {
        const content = await (0,consumers_.buffer)(bytes);
        // an entry never changes, and the newest is found: after one that is damaged another comes
        const at = `${prefixOf(name)}${damaged.has(name) ? Date.now() : 0}`;
        const done = await sendFile(runner, at, Buffer.concat([key.codeOf(name, content), content]));
        runner.log.info(`Actions cache: ${done ?? `saved ${(0,units/* formatBytes */.z3)(content.length)} as ${at}`}.`);
    };
    const told = (what) => (cause) => {
        runner.log.info(`Actions cache: ${what}: ${String(cause)}`);
        return undefined;
    };
    return {
        writes: use.write,
        take: async (name) => (use.read ? await take(name).catch(told(`no ${name}`)) : undefined),
        put: (name, bytes) => {
            if (use.write)
                pending.push(put(name, bytes).catch(told(`${name} is not saved`)));
        },
        settled: async () => {
            await Promise.all(pending);
        },
    };
}
async function fetchFile(runner, prefix) {
    const folder = await emptyFolder(runner, 'taken');
    try {
        const request = { verb: 'restore', path: FILE_NAME, keys: [prefix] };
        const { key, done, complaint } = await (0,client/* askService */.xE)(runner, (0,client/* clientProgram */.G$)(runner), folder, request, IMPATIENT);
        const path = (0,external_node_path_.join)(folder, FILE_NAME);
        const size = done ? (0,scan/* regularSize */.Iu)(path) : undefined;
        const file = size !== undefined && size <= MOST_BYTES ? await (0,promises_.readFile)(path) : undefined;
        const otherwise = key !== undefined && file === undefined ? 'it holds no such file' : undefined;
        return { at: key, file, complaint: complaint ?? otherwise };
    }
    finally {
        await runner.files.remove(folder);
    }
}
/** Bytes that a holder of the key has put there under this name. */
function checked(key, name, file) {
    const [code, bytes] = [file.subarray(0, CODE_BYTES), file.subarray(CODE_BYTES)];
    return code.length === CODE_BYTES && (0,external_node_crypto_.timingSafeEqual)(code, key.codeOf(name, bytes)) ? bytes : undefined;
}
/** @returns why it is not saved; undefined where it is */
async function sendFile(runner, key, file) {
    const folder = await emptyFolder(runner, 'put');
    try {
        await runner.files.write((0,external_node_path_.join)(folder, FILE_NAME), file, { mode: 0o600 });
        const answer = await (0,client/* askService */.xE)(runner, (0,client/* clientProgram */.G$)(runner), folder, { verb: 'save', path: FILE_NAME, key });
        return answer.done
            ? undefined
            : `${key} is not saved: ${(answer.complaint ?? 'the service took nothing').replace(/\.$/, '')}`;
    }
    finally {
        await runner.files.remove(folder);
    }
}
async function emptyFolder(runner, name) {
    const folder = (0,external_node_path_.join)(runner.facts.folder, `file-${name}`);
    await runner.files.makeDirectory(folder, { mode: 0o700 });
    return folder;
}

// EXTERNAL MODULE: ./build/js/nix/signing-key.js
var signing_key = __webpack_require__(5143);
// EXTERNAL MODULE: ./build/js/nix/store-url.js
var store_url = __webpack_require__(2071);
// EXTERNAL MODULE: ./build/js/runner/errors.js
var errors = __webpack_require__(4890);
// EXTERNAL MODULE: ./build/js/nix/platform.js
var nix_platform = __webpack_require__(8671);
;// CONCATENATED MODULE: ./build/js/inputs/targets.js

const STRATEGIES = ['auto', 'native', 'cross', 'emulated'];
const known = (system, triple, crossNames, plain = false) => ({
    system: system,
    triple,
    crossNames,
    plain,
});
/** Names that nixpkgs has used for the same platform before. */
const OLD_NAMES = { 'armv5tel-multiplatform': ['sheevaplug'] };
const MUSL_NAMES = {
    'x86_64-linux': 'musl64',
    'i686-linux': 'musl32',
    'aarch64-linux': 'aarch64-multiplatform-musl',
    'armv6l-linux': 'muslpi',
    'riscv64-linux': 'riscv64-musl',
    'powerpc64le-linux': 'musl-power',
    'powerpc64-linux': 'ppc64-musl',
};
/**
 * What is no plain Linux double: nixpkgs' cross names (lib/systems/examples.nix, 2026-10), newest name first. A double or
 * triple that several have means the first of them.
 */
const OTHERS = [
    ...nix_platform/* PLATFORMS */.P4.map(({ system, triple }) => known(system, triple.replace(/gnu(abielfv1)?/, 'musl'), MUSL_NAMES[system] ? [MUSL_NAMES[system]] : [])),
    known('powerpc64-linux', 'powerpc64-unknown-linux-gnuabielfv2', ['ppc64-elfv2', 'ppc64']),
    known('mips64el-linux', 'mips64el-unknown-linux-gnuabi64', ['mips64el-linux-gnuabi64']),
    known('mips64el-linux', 'mips64el-unknown-linux-gnuabin32', ['mips64el-linux-gnuabin32']),
    known('mips64-linux', 'mips64-unknown-linux-gnuabi64', ['mips64-linux-gnuabi64']),
    ...nix_platform/* CROSS_ONLY */.U_.map(({ system, triple, crossNames }) => known(system, triple, crossNames, true)),
    known('x86_64-windows', 'x86_64-w64-mingw32', ['mingw-ucrt-x86_64-llvm']),
    known('x86_64-windows', 'x86_64-w64-mingw32', ['mingw-msvcrt-x86_64', 'mingwW64']),
];
/** Behind a Linux target, as in nixpkgs' attribute paths: linked statically, with musl. */
const STATIC = '.pkgsStatic';
const TARGET_FORMS = 'a system double (aarch64-linux), a nixpkgs cross name (raspberryPi, mingw-ucrt-x86_64, wasi32) or a GNU triple (aarch64-unknown-linux-musl), on Linux with .pkgsStatic behind it for static programs, each with =native, =cross, =emulated or =auto behind it where it should differ from `strategy`';
/**
 * One entry of `targets`, SYSTEM or SYSTEM=STRATEGY.
 * @param fallback strategy of an entry that names none
 * @returns the target, or what is wrong with the entry
 */
function parseTarget(text, fallback) {
    const [name = '', ...rest] = text.split('=');
    const strategy = rest.length === 0 ? fallback : rest.join('=');
    if (!isStrategy(strategy))
        return `strategy "${strategy}" of "${text}" is not one of ${STRATEGIES.join(', ')}`;
    const found = lookUp(name);
    if (found !== undefined)
        return { ...found, name, strategy };
    if (/darwin|cygwin|bsd|android|iphone|emscripten/.test(name)) {
        return `"${name}": nixpkgs does not cross-compile for it on Linux; known systems: ${knownSystems()}`;
    }
    return `"${name}" is not a known target; allowed are ${TARGET_FORMS}. Known systems: ${knownSystems()}`;
}
function isStrategy(text) {
    return STRATEGIES.includes(text);
}
const knownSystems = () => [...new Set([...nix_platform/* PLATFORMS */.P4, ...OTHERS].map(({ system }) => system))].join(', ');
/** The target for a system double, such as the runner's own. */
function targetOfSystem(system, strategy) {
    const platform = nix_platform/* PLATFORMS */.P4.find((candidate) => candidate.system === system);
    return platform && { ...plain(platform), name: system, strategy };
}
function lookUp(name) {
    if (name.endsWith(STATIC))
        return makeStatic(lookUp(name.slice(0, -STATIC.length)));
    const all = [...nix_platform/* PLATFORMS */.P4.map(plain), ...OTHERS];
    return (all.find((target) => target.crossNames.includes(name)) ??
        all.find(({ system, triple }) => system === name || sameTriple(triple, name)));
}
/** nixpkgs' `pkgsStatic` is made with musl, whatever the set is that it is asked of. */
function makeStatic(base) {
    if (base === undefined || !base.system.endsWith('-linux') || base.static)
        return undefined;
    return { ...base, triple: base.triple.replace(/gnu(abielfv\d)?/, 'musl'), plain: false, static: true };
}
function plain({ system, triple, crossName }) {
    return known(system, triple, crossName === undefined ? [] : [crossName, ...(OLD_NAMES[crossName] ?? [])], true);
}
/** `aarch64-linux-gnu` is `aarch64-unknown-linux-gnu` with the vendor left out. */
function sameTriple(triple, name) {
    return triple === name || triple.replace('-unknown-', '-') === name;
}

;// CONCATENATED MODULE: ./build/js/inputs/values.js
const ok = (value) => ({ value });
const bad = (problem) => ({ problem });
/** Words separated by commas, spaces or new lines; "double quotes" keep an attribute name with such characters whole. */
const words = (text) => text.match(/(?:[^\s,"]|"(?:[^"\\\n]|\\.)*"|")+/g) ?? [];
function oneOf(text, allowed) {
    const match = allowed.find((value) => value === text);
    return match === undefined ? bad(`"${text}" is not allowed; use ${listed(allowed)}`) : ok(match);
}
/** `true` or `false`, as YAML 1.2 writes them. */
function values_boolean(text) {
    if (/^(true|True|TRUE)$/.test(text))
        return ok(true);
    if (/^(false|False|FALSE)$/.test(text))
        return ok(false);
    return bad(`"${text}" is not allowed; use true or false`);
}
/** A whole number of seconds, at most 10 days. */
function seconds(text) {
    const value = Number(text);
    if (/^\d{1,6}$/.test(text) && value <= 864_000)
        return ok(value);
    return bad(`"${text}" is not allowed; use a whole number of seconds from 0 to 864000`);
}
/**
 * Splits a command into words as a shell would, with 'single' and "double" quotes and backslash, but without
 * expanding anything: the words are given to the program as they are.
 */
function commandWords(text) {
    const found = [];
    let word;
    let rest = text.trim();
    while (rest !== '') {
        const match = /^(?:(\s+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+))/.exec(rest);
        if (match === null)
            return bad('a quote or backslash is not closed');
        const [all, space, single, double, escaped, bare] = match;
        rest = rest.slice(all.length);
        if (space !== undefined) {
            if (word !== undefined)
                found.push(word);
            word = undefined;
        }
        else {
            word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? bare ?? '');
        }
    }
    if (word !== undefined)
        found.push(word);
    return ok(found);
}
function listed(values) {
    return values.length < 2 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

;// CONCATENATED MODULE: ./build/js/inputs/parse.js





const COMPRESSIONS = ['zstd', 'xz', 'bzip2', 'gzip', 'br', 'none'];
/**
 * Parses and checks all inputs.
 * @param runnerSystem system of the machine; the target where none is given
 * @throws UserError that lists every problem, each with the input's name, its value and what is allowed
 */
function parseInputs(read, runnerSystem) {
    const problems = [];
    const take = (name, parse) => {
        const checked = parse(read(name));
        if ('value' in checked)
            return checked.value;
        problems.push(`${name}: ${checked.problem}`);
        return undefined; // never seen: the problems are thrown below
    };
    const nixSha256 = take('nix-sha256', parseSha256);
    const inputs = {
        flake: take('flake', parseFlake),
        targets: take('targets', (text) => parseTargets(text, take('strategy', parseStrategy), runnerSystem)),
        packages: take('packages', parsePackages),
        prefer: take('prefer', (text) => oneOf(text, ['speed', 'native-paths'])),
        crossAttribute: take('cross-attribute', parseTemplate),
        nixSource: take('nix-source', (text) => parseNixSource(text, nixSha256)),
        nixVersion: take('nix-version', parseVersion),
        extraNixConfig: read('extra-nix-config'),
        githubToken: take('github-token', parseToken),
        qemu: take('qemu', (text) => oneOf(text, ['auto', 'always', 'never'])),
        qemuSource: take('qemu-source', parseQemuSource),
        pushTo: take('push-to', parseDestinations),
        signingKey: take('signing-key', parseKey),
        skipUpstream: take('skip-upstream', parseUpstream),
        compression: take('compression', (text) => oneOf(text, COMPRESSIONS)),
        onPushFailure: take('on-push-failure', (text) => oneOf(text, ['fail', 'warn'])),
        pushWhen: take('push-when', (text) => oneOf(text, ['end', 'built'])),
        verify: take('verify', (text) => oneOf(text, ['sample', 'full', 'none'])),
        cache: take('cache', (text) => oneOf(text, ['auto', 'true', 'false', 'read-only'])),
        checkArchitecture: take('check-architecture', values_boolean),
        smokeTest: take('smoke-test', parseSmokeTest),
        keepGoing: take('keep-going', values_boolean),
        buildTimeout: take('build-timeout', seconds),
        silentTimeout: take('silent-timeout', seconds),
        dryRun: take('dry-run', values_boolean),
    };
    if (problems.length > 0)
        throw new errors/* UserError */.yo(describeProblems(problems));
    return inputs;
}
/** Texts among the inputs that must be masked before anything is printed. */
function secretInputs(read) {
    const key = read('signing-key').trim();
    return [
        key,
        key.slice(key.indexOf(':') + 1),
        read('github-token'),
        ...tokensOf(read('extra-nix-config')),
        ...words(read('push-to')).flatMap(store_url/* secretsOf */.Fj),
    ].filter((text) => text.length >= 4);
}
/** Also of lines that Nix will refuse, and show. */
const tokensOf = (conf) => conf
    .split('\n')
    .filter((line) => line.includes('access-tokens'))
    .flatMap((line) => line.replace(/^.*?access-tokens\s*=?/, '').split(/\s+/))
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
function describeProblems(problems) {
    const heading = problems.length === 1 ? 'An input is wrong:' : `${problems.length} inputs are wrong:`;
    return [heading, ...problems.map((problem) => `- ${problem}`)].join('\n');
}
function parseFlake(text) {
    if (/[\0\n\r]/.test(text) || text.startsWith('-'))
        return bad(`"${text}" is not a flake reference`);
    if (text.includes('#'))
        return bad(`"${text}" names an attribute; give the flake alone, and the attribute in packages`);
    return ok(text === '' ? '.' : text);
}
function parseStrategy(text) {
    return isStrategy(text) ? ok(text) : bad(`"${text}" is not allowed; use auto, native, cross or emulated`);
}
function parseTargets(text, strategy, runnerSystem) {
    const given = words(text);
    if (given.length === 0) {
        const own = runnerSystem && targetOfSystem(runnerSystem, strategy ?? 'auto');
        return own === undefined ? bad('this machine is no Linux that is known; name the targets') : ok([own]);
    }
    const parsed = given.map((entry) => parseTarget(entry, strategy ?? 'auto'));
    const problems = parsed.filter((target) => typeof target === 'string');
    const targets = parsed.filter((target) => typeof target !== 'string');
    for (const [index, target] of targets.entries()) {
        if (targets.findIndex((other) => other.name === target.name) < index)
            problems.push(`"${target.name}" is there twice`);
    }
    return problems.length > 0 ? bad(problems.join('; ')) : ok(targets);
}
function parsePackages(text) {
    const names = [...new Set(words(text))];
    if (names.length === 0)
        return bad('no package is named; use a name, an attribute path or *');
    const wrong = names.filter((name) => name !== '*' && !isAttributePath(name.replace(/\.\*$/, '').replaceAll('{target}', 'x')));
    if (wrong.length === 0)
        return ok(names);
    const hints = HINTS.filter(([sign]) => wrong.some((name) => sign.test(name))).map(([, hint]) => `; ${hint}`);
    return bad(`${quoted(wrong)} is not an attribute path${hints.join('')}`);
}
/** What others write, and what is meant by it here. */
const HINTS = [
    [/\*/, 'of patterns there are * for every package, and PATH.* for all right below a path, such as checks.{target}.*'],
    [/^!/, 'nothing can be left out: name what is to be built'],
    [/\^/, 'all outputs are built: leave what follows ^ away'],
    [/#/, 'the flake stands in the input flake: give what follows #'],
];
/** Names joined by dots, each plain (`hello`, `foldl'`) or in double quotes, as after the `#` of an installable. */
function isAttributePath(text) {
    const name = /"(?:[^"\\]|\\.)*"|(?!')[^\s".$`\\;(){}#*!^]+/.source;
    return new RegExp(`^(?:${name})(?:\\.(?:${name}))*$`).test(text) && !text.startsWith('-');
}
function parseTemplate(text) {
    if (text === '')
        return ok(undefined);
    const holes = text.match(/\{[^}]*\}/g) ?? [];
    const allowed = ['{build}', '{target}', '{cross}', '{triple}', '{package}'];
    const unknown = holes.filter((hole) => !allowed.includes(hole));
    if (unknown.length > 0)
        return bad(`"${text}" has ${quoted(unknown)}; allowed are ${listed(allowed)}`);
    return isAttributePath(text.replace(/\{[^}]*\}/g, 'x')) ? ok(text) : bad(`"${text}" is not an attribute path`);
}
function parseNixSource(text, sha256) {
    const word = oneOf(text, ['auto', 'existing', 'release', 'distro']);
    if ('value' in word) {
        return sha256 === undefined
            ? ok({ kind: word.value })
            : bad(`"${text}" names no tarball, of which nix-sha256 is the checksum; give its URL or path, or take nix-sha256 away`);
    }
    if (/^https?:\/\//i.test(text)) {
        if (sha256 === undefined)
            return bad(`"${text}" is a URL: give the tarball's SHA-256 in nix-sha256`);
        return ok({ kind: 'tarball', location: text, sha256 });
    }
    if (/^[a-z0-9+.-]+:\/\//i.test(text) && !/^file:\/\/(localhost)?\//.test(text))
        return bad(`"${text}" is no URL that is known here; use https://…, file:///… or a path`);
    if (/\.tar(\.\w+)?$/.test(text) || text.includes('/'))
        return ok({ kind: 'tarball', location: text, sha256 });
    return bad(`"${text}" is not allowed; use auto, existing, release, distro, or the URL or path of a release tarball`);
}
function parseVersion(text) {
    return /^\d+\.\d+(\.\d+)?$/.test(text) ? ok(text) : bad(`"${text}" is not a version such as 2.34.7`);
}
function parseSha256(text) {
    if (text === '')
        return ok(undefined);
    return /^[0-9a-fA-F]{64}$/.test(text) ? ok(text.toLowerCase()) : bad(`"${text}" is not a SHA-256 in hex (64 digits)`);
}
/** It becomes a part of a line of nix.conf. */
function parseToken(text) {
    return /\s/.test(text) ? bad('it holds white space; a token is one word') : ok(text || undefined);
}
function parseQemuSource(text) {
    const word = oneOf(text, ['auto', 'existing', 'distro', 'nix']);
    if ('value' in word)
        return ok({ kind: word.value });
    if (text.includes('/'))
        return ok({ kind: 'folder', path: text });
    return bad(`"${text}" is not allowed; use auto, existing, distro, nix, or the path of a folder that holds qemu-<arch>`);
}
function parseDestinations(text) {
    const parsed = words(text).map(store_url/* parseDestination */.G2);
    const problems = parsed.flatMap((destination) => ('problem' in destination ? [destination.problem] : []));
    const destinations = parsed.flatMap((destination) => ('problem' in destination ? [] : [destination]));
    // one that is named twice would be pushed to twice at once, and counted so
    const first = new Map(destinations.toReversed().map((destination) => [(0,store_url/* placeOf */.$t)(destination), destination]));
    return problems.length > 0
        ? bad(problems.join('; '))
        : ok(destinations.filter((each) => first.get((0,store_url/* placeOf */.$t)(each)) === each));
}
function parseKey(text) {
    if (text.trim() === '')
        return ok(undefined);
    const key = (0,signing_key/* parseSigningKey */.UG)(text);
    return 'problem' in key ? bad(key.problem) : ok(key);
}
function parseUpstream(text) {
    if (text === 'true')
        return ok('substituters');
    const urls = words(text === 'false' ? '' : text);
    const wrong = urls.filter((url) => !/^(https?|file|s3):\/\//.test(url));
    return wrong.length === 0
        ? ok(urls)
        : bad(`${quoted(wrong)} is no URL of a binary cache (https://cache.nixos.org), nor true`);
}
function parseSmokeTest(text) {
    if (text.trim() === '')
        return ok(undefined);
    const command = commandWords(text);
    return 'value' in command ? command : bad(`"${text}": ${command.problem}`);
}
const quoted = (texts) => texts.map((text) => `"${text}"`).join(', ');

// EXTERNAL MODULE: ./build/js/install/install.js + 22 modules
var install = __webpack_require__(8054);
// EXTERNAL MODULE: ./build/js/nix/nix.js
var nix_nix = __webpack_require__(6221);
// EXTERNAL MODULE: ./build/js/runner/parallel.js
var parallel = __webpack_require__(3666);
;// CONCATENATED MODULE: ./build/js/install/substituters.js



const ANSWER_SECONDS = 10;
/** The narinfo of no path: a cache that works says that it has none, as it does for most that Nix asks for. */
const NOBODY = '0'.repeat(32);
/** No server there: what a proxy or a certificate does is for Nix to find out, with its own settings. */
const ABSENT = ['timeout', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'];
/** Why a substituter is of no use, from its answers; undefined where Nix may ask it. */
function whyUseless(info, narInfo) {
    for (const reply of [info, narInfo]) {
        if ('fault' in reply) {
            if (!ABSENT.includes(reply.fault))
                return undefined;
            return reply.fault === 'timeout' ? `no answer within ${ANSWER_SECONDS} s` : reply.fault;
        }
        if (reply.status >= 500)
            return `it answers ${reply.status}`;
    }
    const isPage = 'text' in narInfo && narInfo.status === 200 && !narInfo.text.startsWith('StorePath:');
    return isPage ? 'it answers with something else than a binary cache does' : undefined;
}
/**
 * Leaves out, for this run, the substituters that do not work: Nix tries one that hangs for up to 25 minutes (five
 * times 300 s), and one that fails ends the build. Those that are not asked by HTTP are left to Nix.
 * @returns the Nix without them
 */
async function leaveOutUseless(runner, installed) {
    const { nix } = installed;
    // Nix may go by a proxy that this process does not know of: what it reaches is not told by what we reach
    if (['all_proxy', 'ALL_PROXY'].some((name) => runner.facts.env[name]))
        return installed;
    const urls = nix.substituters.filter((url) => /^https?:\/\//.test(url));
    const reasons = new Map();
    await (0,parallel/* inParallel */.HN)(urls.length, urls, async (url) => {
        const reason = await probe(runner.network, url);
        if (reason !== undefined)
            reasons.set(url, reason);
    });
    for (const [url, reason] of reasons)
        runner.log.warning(`The substituter ${(0,store_url/* withoutLogin */.Gq)(url)} is left out of this run: ${reason}.`);
    return reasons.size === 0 ? installed : { ...installed, nix: (0,nix_nix/* withoutSubstituters */.KM)(nix, [...reasons.keys()]) };
}
/** A server may stumble once. */
async function probe(network, url) {
    let reason;
    for (let attempt = 0; attempt < 2; attempt += 1) {
        const at = (name) => network.ask(objectUrl(url, name), ANSWER_SECONDS);
        reason = whyUseless(...(await Promise.all([at('nix-cache-info'), at(`${NOBODY}.narinfo`)])));
        if (reason === undefined || reason.startsWith('no answer'))
            return reason;
    }
    return reason;
}
/** Without the parameters of the store, which are not the server's. */
const objectUrl = (store, name) => {
    const url = new URL(store);
    return `${url.origin}${url.pathname.replace(/\/+$/, '')}/${name}`;
};

// EXTERNAL MODULE: ./build/js/nix/system.js
var system = __webpack_require__(7801);
;// CONCATENATED MODULE: ./build/js/pipeline.js







/**
 * The whole job, in this order: inputs → install → emulation → strategy → build → push → report.
 * @returns whether everything that was asked for was done
 */
async function runPipeline(runner, read) {
    for (const secret of secretInputs(read))
        runner.log.mask(secret);
    const inputs = parseInputs(read, (0,system/* systemOf */.b)(process.arch, process.platform));
    const shelf = await openShelf(runner, inputs);
    return await (0,parallel/* finallyDo */.x6)(installAndBuild(runner, inputs, shelf), async () => shelf?.settled());
}
async function installAndBuild(runner, inputs, shelf) {
    const { found, cache } = await runner.log.group('Nix', async () => {
        // unpacking takes one processor, and the service another or the network
        const fetching = (0,restore/* restoreCache */.P3)(runner, inputs);
        const installed = await (0,parallel/* finallyDo */.x6)((0,install/* installNix */.Fh)(runner, { ...inputs, shelf, idle: loadTheRest }), () => fetching);
        return await openCache(runner, installed, await fetching);
    });
    const { buildAndPush } = await __webpack_require__.e(/* import() */ 545).then(__webpack_require__.bind(__webpack_require__, 545));
    return await (0,install/* withDaemon */.DP)(runner, found, () => buildAndPush(runner, inputs, found, cache));
}
/** Half of the program is of no use before there is a Nix. */
const loadTheRest = () => void __webpack_require__.e(/* import() */ 545).then(__webpack_require__.bind(__webpack_require__, 545)).catch(() => undefined);
/** Makes the restored cache a substituter of this run, where this Nix may take what is in it. */
async function openCache(runner, installed, fetched) {
    const kept = !installed.installed && runner.facts.env.RUNNER_ENVIRONMENT !== 'github-hosted';
    const cache = (0,restore/* admitCache */.CM)(runner, fetched, { kept, settable: installed.wiring.kind !== 'fixed' });
    if (cache.problem !== undefined)
        runner.log.info(`Actions cache: ${cache.problem}.`);
    return { found: await leaveOutUseless(runner, await (0,install/* applySettings */.iN)(runner, installed, cache.settings)), cache };
}


/***/ }),

/***/ 4890:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E$: () => (/* binding */ redact),
/* harmony export */   Qd: () => (/* binding */ CommandError),
/* harmony export */   Tr: () => (/* binding */ printCommand),
/* harmony export */   yo: () => (/* binding */ UserError)
/* harmony export */ });
/** Something that the workflow author can put right. The message says what, why and what to do. */
class UserError extends Error {
    name = 'UserError';
}
/** A command that failed; the message shows it redacted, with the end of what it printed. */
class CommandError extends Error {
    name = 'CommandError';
    command;
    result;
    constructor(command, result) {
        super(describeFailure(command, result));
        this.command = command;
        this.result = result;
    }
}
const SHOWN_LINES = 20;
/** `tool arg arg`, quoted where needed, with the command's secrets and URL passwords taken out. */
function printCommand(command) {
    const words = [command.tool, ...command.args].map((word) => /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word));
    return redact(words.join(' '), command.secrets ?? []);
}
/** Takes secrets, and passwords inside URLs, out of a text. */
function redact(text, secrets) {
    let clean = text;
    for (const secret of secrets)
        if (secret !== '')
            clean = clean.replaceAll(secret, '***');
    return clean.includes('://') ? clean.replace(/(\w+:\/\/)[^/@\s:]*:[^/@\s]*@/g, '$1***@') : clean;
}
function describeFailure(command, result) {
    const ending = {
        silent: 'was ended: no output for too long',
        timeout: 'was ended: it took too long',
        cancelled: 'was ended: the job was cancelled',
        none: `failed with exit code ${result.exitCode}`,
    }[result.stopped ?? 'none'];
    const tail = (result.stderr.trim() === '' ? result.stdout : result.stderr)
        .trimEnd()
        .split('\n')
        .slice(-SHOWN_LINES)
        .join('\n');
    return redact(`${printCommand(command)} ${ending}${tail === '' ? '' : `:\n${tail}`}`, command.secrets ?? []);
}


/***/ }),

/***/ 3666:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   HN: () => (/* binding */ inParallel),
/* harmony export */   bn: () => (/* binding */ allOf),
/* harmony export */   x6: () => (/* binding */ finallyDo)
/* harmony export */ });
/**
 * Runs `work` on each item, at most `width` at once; results in the items' order. After a failure nothing is begun, and
 * the first one is thrown when nothing is under way any more.
 */
async function inParallel(width, items, work) {
    const results = [];
    const failures = [];
    const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    let next = 0;
    const lane = async () => {
        while (failures.length === 0) {
            const index = next++;
            try {
                const item = await iterator.next();
                if (item.done === true)
                    return;
                if (failures.length === 0)
                    results[index] = await work(item.value, index);
            }
            catch (cause) {
                failures.push(cause);
            }
        }
    };
    const lanes = 'length' in items ? Math.min(width, items.length) : width;
    await Promise.all(Array.from({ length: Math.max(1, lanes) }, lane));
    if (failures.length > 0)
        throw failures[0];
    return results;
}
/** Does something to its end, and what has to follow, in this order, also where it failed. */
async function finallyDo(work, ...after) {
    try {
        return await work;
    }
    finally {
        for (const step of after)
            await step();
    }
}
/** All three to their end, whatever becomes of one; then the first failure in their order. */
async function allOf(first, second, third) {
    const [one, two, three] = await Promise.allSettled([first, second, third]);
    for (const each of [one, two, three])
        if (each.status === 'rejected')
            throw each.reason;
    return [one.value, two.value];
}


/***/ })

};
