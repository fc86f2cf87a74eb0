export const id = 64;
export const ids = [64];
export const modules = {

/***/ 7782:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   BA: () => (/* binding */ mergeTokens),
/* harmony export */   P$: () => (/* binding */ parseSettings),
/* harmony export */   XI: () => (/* binding */ setsSandbox),
/* harmony export */   ZZ: () => (/* binding */ daemonConf),
/* harmony export */   cD: () => (/* binding */ renderSettings),
/* harmony export */   l0: () => (/* binding */ showSettings),
/* harmony export */   tP: () => (/* binding */ SETTINGS_FILE),
/* harmony export */   xe: () => (/* binding */ baseSettings),
/* harmony export */   xv: () => (/* binding */ userConfFiles),
/* harmony export */   yA: () => (/* binding */ clientConf),
/* harmony export */   ym: () => (/* binding */ environmentConf)
/* harmony export */ });
/* unused harmony export mergeSettings */
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

/***/ 5064:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  runPlan: () => (/* binding */ runPlan)
});

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
;// CONCATENATED MODULE: ./build/js/nix/platform.js
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

;// CONCATENATED MODULE: ./build/js/emulation/architectures.js

const X86 = { 5: 0xfe, 6: 0xfe };
const MIPS = { 8: 0 };
/** Offset and value of the bit of e_flags that tells n32 from o32 (EF_MIPS_ABI2), in a 32-bit header. */
const MIPS_FLAGS = 36;
const MIPS_ABI2 = 0x20;
/**
 * Magic and mask of QEMU's scripts/qemu-binfmt-conf.sh, which Debian's, docker's and nixpkgs' tables follow, built from
 * the ELF identity. i686 has e_machine 3: nixpkgs' table says 6 (EM_486), which no file carries.
 */
const architecture = (name, systems, loose = {}) => {
    const [first] = systems;
    const elf = platformOf(first)?.elf;
    if (elf === undefined)
        throw new Error(`no ELF identity for ${first}`);
    const o32 = elf.machine === 0x08 && elf.bits === 32;
    return {
        name,
        systems: systems,
        elf,
        magic: magicOf(elf, o32),
        mask: maskOf(elf, loose, o32),
    };
};
/** e_ident, e_type (ET_EXEC) and e_machine; for 32-bit MIPS as far as e_flags, where o32 and n32 differ. */
function magicOf(elf, toFlags) {
    const little = elf.endian === 'little';
    const magic = new DataView(new ArrayBuffer(toFlags ? 40 : 20));
    for (const [at, byte] of [0x7f, 0x45, 0x4c, 0x46, elf.bits === 32 ? 1 : 2, little ? 1 : 2, 1].entries()) {
        magic.setUint8(at, byte);
    }
    magic.setUint16(16, 2, little);
    magic.setUint16(18, elf.machine, little);
    if (toFlags)
        magic.setUint32(20, 1, little);
    return new Uint8Array(magic.buffer);
}
/** Everything counts but the OSABI (3 in static glibc programs) and the lowest bit of e_type (3 is ET_DYN: PIE). */
function maskOf(elf, loose, toFlags) {
    const little = elf.endian === 'little';
    const mask = new DataView(new ArrayBuffer(toFlags ? 40 : 20));
    for (let at = 0; at < (toFlags ? 24 : 20); at++)
        mask.setUint8(at, loose[at] ?? (at === 7 ? 0 : 0xff));
    mask.setUint16(16, 0xfffe, little);
    if (toFlags)
        mask.setUint32(MIPS_FLAGS, MIPS_ABI2, little);
    return new Uint8Array(mask.buffer);
}
/** Linux architectures that QEMU's user mode emulates and nixpkgs has a platform for. */
const ARCHITECTURES = [
    architecture('x86_64', ['x86_64-linux'], X86),
    architecture('i386', ['i686-linux'], X86),
    architecture('aarch64', ['aarch64-linux']),
    architecture('aarch64_be', ['aarch64_be-linux']),
    architecture('arm', ['armv7l-linux', 'armv6l-linux', 'armv5tel-linux']),
    architecture('riscv64', ['riscv64-linux']),
    architecture('riscv32', ['riscv32-linux']),
    architecture('ppc64le', ['powerpc64le-linux'], { 19: 0 }),
    architecture('ppc64', ['powerpc64-linux']),
    architecture('ppc', ['powerpc-linux']),
    architecture('s390x', ['s390x-linux']),
    architecture('loongarch64', ['loongarch64-linux'], { 7: 0xfc, 8: 0 }),
    architecture('mips64el', ['mips64el-linux'], MIPS),
    architecture('mips64', ['mips64-linux'], MIPS),
    architecture('mipsel', ['mipsel-linux'], MIPS),
    architecture('mips', ['mips-linux'], MIPS),
    architecture('m68k', ['m68k-linux']),
];
/** The architecture of a system; undefined where QEMU's user mode does not emulate it (Darwin, Windows, WASI, …). */
const architectureOf = (system) => ARCHITECTURES.find((architecture) => architecture.systems.includes(system));
/** What some processors execute besides their own instructions, if their kernel lets them: worth a try, not a fact. */
const COMPANIONS = {
    'x86_64-linux': ['i686-linux'],
    'aarch64-linux': ['armv7l-linux', 'armv6l-linux', 'armv5tel-linux'],
    'armv7l-linux': ['armv6l-linux', 'armv5tel-linux'],
    'armv6l-linux': ['armv5tel-linux'],
    'powerpc64-linux': ['powerpc-linux'],
    'mips64-linux': ['mips-linux'],
    'mips64el-linux': ['mipsel-linux'],
};
/**
 * Whether a machine may execute a foreign system's programs without an emulator; only a program that really ran decides.
 * Some 64-bit ARM processors have no 32-bit mode (NixOS/nix#6473), and a kernel may lack the 32-bit calls of x86.
 */
const mayRunNatively = (machine, system) => COMPANIONS[machine]?.includes(system) ?? false;
/** Systems for which Nix sets the 32-bit personality (libstore's build-derivation, `PER_LINUX32`). */
const wantsPersonality32 = (system) => /^(armv[5-7]|i[3-6]86)/.test(system);

// EXTERNAL MODULE: ./build/js/runner/errors.js
var runner_errors = __webpack_require__(4890);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./build/js/nix/signing-key.js


// RFC 8410: DER of a PKCS#8 private key and of a SubjectPublicKeyInfo up to the 32 key bytes
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
/**
 * Reads a secret key as `nix key generate-secret` prints it (Nix src/libstore/crypto.cc: libsodium's secret key, which
 * is the seed followed by the public key). The problem text never repeats what was given: it may be most of a secret.
 */
function signing_key_parseSigningKey(text) {
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
    return `${keyName(secret)}:${sign(null, Buffer.from(text), key).toString('base64')}`;
}
/** Kept, since it takes longer to read a key than to sign with it. */
const privateKeys = new Map();
/** Whether `signature` (`name:base64`) is by `publicKey` (`name:base64(32 bytes)`) over `text`. Never throws. */
function signatureFits(publicKey, text, signature) {
    const given = verification(publicKey, text, signature);
    return given !== undefined && (0,external_node_crypto_.verify)(...given);
}
const verifyBeside = (0,external_node_util_.promisify)(external_node_crypto_.verify);
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
        publicKeys.set(encoded, raw.length === 32 ? (0,external_node_crypto_.createPublicKey)(der) : undefined);
    }
    return publicKeys.get(encoded);
}
/** Name of a key or signature, `name:base64` → `name`. */
const keyName = (text) => splitKey(text)[0] ?? '';
const splitKey = (text) => {
    const colon = text.indexOf(':');
    return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
};
const privateKey = (seed) => createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' });
const publicHalf = (seed) => createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(-32);

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./build/js/nix/store-url.js

const SCHEMES = (/* unused pure expression or super */ null && (['file', 'http', 'https', 's3', 'ssh', 'ssh-ng']));
const ALLOWED = 'allowed are file://, http://, https://, s3://, ssh:// and ssh-ng://';
/** Reads one entry of `push-to`. The problem text shows the entry without user name and password. */
function store_url_parseDestination(text) {
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
function store_url_placeOf({ url, scheme }) {
    const place = url.replace(/[?#].*/, '');
    const path = scheme === 'file' ? normalize(decoded(place.slice('file://'.length))) : place.slice(scheme.length);
    return `${scheme}${path.replace(/\/+$/, '')}${url.slice(place.length)}`;
}
/** Takes user name and password out of every URL in a text, encoded ones inside parameters too. The last @ ends them. */
function withoutLogin(text) {
    return text.replace(/(:\/\/)[^/?#\s]*@/g, '$1').replace(/(%3A%2F%2F)(?:(?!%2F|%3F|&|\s).)*%40/gi, '$1');
}
/** Texts of a store URL that must be masked: the password, as written and decoded, and its Basic credentials. */
function store_url_secretsOf(url) {
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
    ...PLATFORMS.map(({ system, triple }) => known(system, triple.replace(/gnu(abielfv1)?/, 'musl'), MUSL_NAMES[system] ? [MUSL_NAMES[system]] : [])),
    known('powerpc64-linux', 'powerpc64-unknown-linux-gnuabielfv2', ['ppc64-elfv2', 'ppc64']),
    known('mips64el-linux', 'mips64el-unknown-linux-gnuabi64', ['mips64el-linux-gnuabi64']),
    known('mips64el-linux', 'mips64el-unknown-linux-gnuabin32', ['mips64el-linux-gnuabin32']),
    known('mips64-linux', 'mips64-unknown-linux-gnuabi64', ['mips64-linux-gnuabi64']),
    ...CROSS_ONLY.map(({ system, triple, crossNames }) => known(system, triple, crossNames, true)),
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
const knownSystems = () => [...new Set([...PLATFORMS, ...OTHERS].map(({ system }) => system))].join(', ');
/** The target for a system double, such as the runner's own. */
function targetOfSystem(system, strategy) {
    const platform = PLATFORMS.find((candidate) => candidate.system === system);
    return platform && { ...plain(platform), name: system, strategy };
}
function lookUp(name) {
    if (name.endsWith(STATIC))
        return makeStatic(lookUp(name.slice(0, -STATIC.length)));
    const all = [...PLATFORMS.map(plain), ...OTHERS];
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
const values_ok = (value) => ({ value });
const values_bad = (problem) => ({ problem });
/** Words separated by commas, spaces or new lines; "double quotes" keep an attribute name with such characters whole. */
const values_words = (text) => text.match(/(?:[^\s,"]|"(?:[^"\\\n]|\\.)*"|")+/g) ?? [];
function values_oneOf(text, allowed) {
    const match = allowed.find((value) => value === text);
    return match === undefined ? values_bad(`"${text}" is not allowed; use ${listed(allowed)}`) : values_ok(match);
}
/** `true` or `false`, as YAML 1.2 writes them. */
function values_boolean(text) {
    if (/^(true|True|TRUE)$/.test(text))
        return values_ok(true);
    if (/^(false|False|FALSE)$/.test(text))
        return values_ok(false);
    return values_bad(`"${text}" is not allowed; use true or false`);
}
/** A whole number of seconds, at most 10 days. */
function values_seconds(text) {
    const value = Number(text);
    if (/^\d{1,6}$/.test(text) && value <= 864_000)
        return values_ok(value);
    return values_bad(`"${text}" is not allowed; use a whole number of seconds from 0 to 864000`);
}
/**
 * Splits a command into words as a shell would, with 'single' and "double" quotes and backslash, but without
 * expanding anything: the words are given to the program as they are.
 */
function values_commandWords(text) {
    const found = [];
    let word;
    let rest = text.trim();
    while (rest !== '') {
        const match = /^(?:(\s+)|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+))/.exec(rest);
        if (match === null)
            return values_bad('a quote or backslash is not closed');
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
    return values_ok(found);
}
function listed(values) {
    return values.length < 2 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

;// CONCATENATED MODULE: ./build/js/inputs/parse.js





const COMPRESSIONS = (/* unused pure expression or super */ null && (['zstd', 'xz', 'bzip2', 'gzip', 'br', 'none']));
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
        checkArchitecture: take('check-architecture', boolean),
        smokeTest: take('smoke-test', parseSmokeTest),
        keepGoing: take('keep-going', boolean),
        buildTimeout: take('build-timeout', seconds),
        silentTimeout: take('silent-timeout', seconds),
        dryRun: take('dry-run', boolean),
    };
    if (problems.length > 0)
        throw new UserError(describeProblems(problems));
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
        ...words(read('push-to')).flatMap(secretsOf),
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
        return values_bad(`"${text}" is not a flake reference`);
    if (text.includes('#'))
        return values_bad(`"${text}" names an attribute; give the flake alone, and the attribute in packages`);
    return values_ok(text === '' ? '.' : text);
}
function parseStrategy(text) {
    return isStrategy(text) ? values_ok(text) : values_bad(`"${text}" is not allowed; use auto, native, cross or emulated`);
}
function parseTargets(text, strategy, runnerSystem) {
    const given = values_words(text);
    if (given.length === 0) {
        const own = runnerSystem && targetOfSystem(runnerSystem, strategy ?? 'auto');
        return own === undefined ? values_bad('this machine is no Linux that is known; name the targets') : values_ok([own]);
    }
    const parsed = given.map((entry) => parseTarget(entry, strategy ?? 'auto'));
    const problems = parsed.filter((target) => typeof target === 'string');
    const targets = parsed.filter((target) => typeof target !== 'string');
    for (const [index, target] of targets.entries()) {
        if (targets.findIndex((other) => other.name === target.name) < index)
            problems.push(`"${target.name}" is there twice`);
    }
    return problems.length > 0 ? values_bad(problems.join('; ')) : values_ok(targets);
}
function parsePackages(text) {
    const names = [...new Set(values_words(text))];
    if (names.length === 0)
        return values_bad('no package is named; use a name, an attribute path or *');
    const wrong = names.filter((name) => name !== '*' && !isAttributePath(name.replace(/\.\*$/, '').replaceAll('{target}', 'x')));
    if (wrong.length === 0)
        return values_ok(names);
    const hints = HINTS.filter(([sign]) => wrong.some((name) => sign.test(name))).map(([, hint]) => `; ${hint}`);
    return values_bad(`${quoted(wrong)} is not an attribute path${hints.join('')}`);
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
        return values_ok(undefined);
    const holes = text.match(/\{[^}]*\}/g) ?? [];
    const allowed = ['{build}', '{target}', '{cross}', '{triple}', '{package}'];
    const unknown = holes.filter((hole) => !allowed.includes(hole));
    if (unknown.length > 0)
        return values_bad(`"${text}" has ${quoted(unknown)}; allowed are ${listed(allowed)}`);
    return isAttributePath(text.replace(/\{[^}]*\}/g, 'x')) ? values_ok(text) : values_bad(`"${text}" is not an attribute path`);
}
function parseNixSource(text, sha256) {
    const word = values_oneOf(text, ['auto', 'existing', 'release', 'distro']);
    if ('value' in word) {
        return sha256 === undefined
            ? values_ok({ kind: word.value })
            : values_bad(`"${text}" names no tarball, of which nix-sha256 is the checksum; give its URL or path, or take nix-sha256 away`);
    }
    if (/^https?:\/\//i.test(text)) {
        if (sha256 === undefined)
            return values_bad(`"${text}" is a URL: give the tarball's SHA-256 in nix-sha256`);
        return values_ok({ kind: 'tarball', location: text, sha256 });
    }
    if (/^[a-z0-9+.-]+:\/\//i.test(text) && !/^file:\/\/(localhost)?\//.test(text))
        return values_bad(`"${text}" is no URL that is known here; use https://…, file:///… or a path`);
    if (/\.tar(\.\w+)?$/.test(text) || text.includes('/'))
        return values_ok({ kind: 'tarball', location: text, sha256 });
    return values_bad(`"${text}" is not allowed; use auto, existing, release, distro, or the URL or path of a release tarball`);
}
function parseVersion(text) {
    return /^\d+\.\d+(\.\d+)?$/.test(text) ? values_ok(text) : values_bad(`"${text}" is not a version such as 2.34.7`);
}
function parseSha256(text) {
    if (text === '')
        return values_ok(undefined);
    return /^[0-9a-fA-F]{64}$/.test(text) ? values_ok(text.toLowerCase()) : values_bad(`"${text}" is not a SHA-256 in hex (64 digits)`);
}
/** It becomes a part of a line of nix.conf. */
function parseToken(text) {
    return /\s/.test(text) ? values_bad('it holds white space; a token is one word') : values_ok(text || undefined);
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
    const parsed = words(text).map(parseDestination);
    const problems = parsed.flatMap((destination) => ('problem' in destination ? [destination.problem] : []));
    const destinations = parsed.flatMap((destination) => ('problem' in destination ? [] : [destination]));
    // one that is named twice would be pushed to twice at once, and counted so
    const first = new Map(destinations.toReversed().map((destination) => [placeOf(destination), destination]));
    return problems.length > 0
        ? bad(problems.join('; '))
        : ok(destinations.filter((each) => first.get(placeOf(each)) === each));
}
function parseKey(text) {
    if (text.trim() === '')
        return ok(undefined);
    const key = parseSigningKey(text);
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

;// CONCATENATED MODULE: ./build/js/inputs/plan.js




/** GitHub's limit for the jobs of one matrix. */
const MOST_JOBS = 256;
/**
 * Parses and checks all inputs of the plan action.
 * @throws UserError that lists every problem, each with the input's name, its value and what is allowed
 */
function parsePlanInputs(read) {
    const problems = [];
    const take = (name, parse) => {
        const checked = parse(read(name));
        if ('value' in checked)
            return checked.value;
        problems.push(`${name}: ${checked.problem}`);
        return undefined; // never seen: the problems are thrown below
    };
    const strategy = take('strategy', parseStrategy);
    const nixSha256 = take('nix-sha256', parseSha256);
    const inputs = {
        flake: take('flake', parseFlake),
        targets: take('targets', (text) => (text === '' ? values_ok(undefined) : parseTargets(text, strategy, undefined))),
        strategy,
        packages: take('packages', parsePackages),
        prefer: take('prefer', (text) => values_oneOf(text, ['speed', 'native-paths'])),
        crossAttribute: take('cross-attribute', parseTemplate),
        runners: take('runners', parseRunners),
        maxJobs: take('max-jobs', parseMaxJobs),
        nixSource: take('nix-source', (text) => parseNixSource(text, nixSha256)),
        nixVersion: take('nix-version', parseVersion),
        extraNixConfig: read('extra-nix-config'),
        githubToken: take('github-token', parseToken),
    };
    if (problems.length > 0)
        throw new runner_errors/* UserError */.yo(describeProblems(problems));
    return inputs;
}
const RUNNERS_FORM = 'a JSON object such as {"aarch64-linux": "ubuntu-24.04-arm", "riscv64-linux": ["self-hosted", "riscv64"]}';
function parseRunners(text) {
    if (text.trim() === '')
        return values_ok(new Map());
    let value;
    try {
        value = JSON.parse(text);
    }
    catch (error) {
        return values_bad(`"${text}" is no JSON (${error instanceof Error ? error.message : String(error)}); use ${RUNNERS_FORM}`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
        return values_bad(`"${text}" is not ${RUNNERS_FORM}`);
    const problems = Object.entries(value).flatMap(([system, label]) => [
        ...(isSystem(system) ? [] : [`"${system}" is no system that a runner could have; use one such as aarch64-linux`]),
        ...(isLabel(label)
            ? []
            : [
                `the label of "${system}" is ${JSON.stringify(label)}; use a text, a list of texts, or null where there is no runner`,
            ]),
    ]);
    return problems.length > 0 ? values_bad(problems.join('; ')) : values_ok(new Map(Object.entries(value)));
}
/** What a target may be, and macOS, whose hosted runners stand in the table too. */
const isSystem = (text) => platformOf(text) !== undefined || ['aarch64-darwin', 'x86_64-darwin'].includes(text);
const isText = (value) => typeof value === 'string' && value.trim() !== '';
const isLabel = (value) => value === null || isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));
function parseMaxJobs(text) {
    const value = Number(text);
    if (/^\d{1,3}$/.test(text) && value >= 1 && value <= MOST_JOBS)
        return values_ok(value);
    return values_bad(`"${text}" is not allowed; use a whole number from 1 to ${MOST_JOBS}, GitHub's limit for one matrix`);
}

;// CONCATENATED MODULE: ./build/js/nix/system.js
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

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
;// CONCATENATED MODULE: ./build/js/runner/parallel.js
/**
 * Runs `work` on each item, at most `width` at once; results in the items' order. After a failure nothing is begun, and
 * the first one is thrown when nothing is under way any more.
 */
async function parallel_inParallel(width, items, work) {
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

// EXTERNAL MODULE: ./build/js/install/conf.js
var conf = __webpack_require__(7782);
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
        throw new runner_errors/* UserError */.yo(`users for builds cannot be added to /etc/group and /etc/passwd: ${result.stderr.trim()}\nMake these writable for ` +
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
    throw new runner_errors/* UserError */.yo(`Nix cannot make its build sandbox on this machine (${last}). In a container, run it with --privileged; on a ` +
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

// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(8500);
;// CONCATENATED MODULE: ./build/js/nix/log-text.js
/** Longest line that is kept, in UTF-16 units: a build may print megabytes without a line ending. */
const LONGEST_LINE = 4096;
const ESCAPE = '\u001b';
// CSI sequences (colours, cursor), OSC sequences (titles, links), and the two-character ones (ECMA-48)
const SEQUENCES = new RegExp(`${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^\\u0007${ESCAPE}]*(?:\\u0007|${ESCAPE}\\\\)?|[ -/]+[0-~]|[0-Z\\\\-~])`, 'g');
// what is left of C0 but tab and line feed, DEL, C1, and the bidirectional overrides that make a line read backwards
const CONTROLS = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu;
const SOMETHING_TO_STRIP = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/u;
/** A text without terminal escape sequences and other control characters; tabs and line feeds stay. */
function log_text_plainText(text) {
    return SOMETHING_TO_STRIP.test(text) ? text.replace(SEQUENCES, '').replace(CONTROLS, '') : text;
}
/**
 * One line as a terminal would leave it: what a carriage return overwrote is gone, no escape sequences, at most
 * `LONGEST_LINE` long.
 */
function plainLine(line) {
    const bounded = bound(line, LONGEST_LINE * 4);
    const last = bounded.includes('\r') ? (bounded.split(/\r+\n?/).findLast((part) => part !== '') ?? '') : bounded;
    return bound(log_text_plainText(last).replaceAll('\n', ' '), LONGEST_LINE);
}
/** Cuts a text to `length`, saying how much is missing. */
function bound(text, length) {
    if (text.length <= length)
        return text;
    // through a buffer, since a slice would keep the whole of the long text in memory
    const kept = Buffer.from(text.slice(0, length)).toString();
    return `${kept}… (${text.length - length} more characters)`;
}

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
async function daemon_startDaemon(runner, plan, idle) {
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
            throw new runner_errors/* UserError */.yo(`nix-daemon ${why}: ${lastWords(runner) || 'its log is empty'}`);
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
async function daemon_stopDaemon(runner, { run }) {
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
const remarkable = (log) => log_text_plainText(log)
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
    const daemon = await daemon_startDaemon(runner, { bin: wanted.bin, socket, environment }, wanted.idle);
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
        await daemon_stopDaemon(runner, ahead.daemon);
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
    const merged = mergeSettings(installed.settings, settings);
    if (renderSettings(merged) === renderSettings(installed.settings))
        return installed;
    const { wiring, nix } = installed;
    if (wiring.kind === 'fixed') {
        throw new UserError('the Nix daemon of this machine does not take settings from this user. Add to its nix.conf and restart it:\n' +
            `${renderSettings(settings)}or add this user to its trusted-users, or let this user use sudo without a password.`);
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

;// CONCATENATED MODULE: ./build/js/nix/nix.js
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
        throw new runner_errors/* UserError */.yo(advice === ''
            ? settingsRefusal(result.stderr, confFile(runner))
            : `Nix cannot read its settings: ${(0,problem/* lastLines */.w$)(result.stderr)}${advice}`);
    }
    const settings = (0,conf/* parseSettings */.P$)(result.stdout);
    const elsewhere = storeProblem(settings.store, runner.facts.env.NIX_REMOTE);
    if (elsewhere !== undefined)
        throw new runner_errors/* UserError */.yo(elsewhere);
    for (const ignored of ignoredSettings(result.stderr, userLines))
        runner.log.warning(`extra-nix-config: Nix ${found.version.text} says: ${ignored}. That line has no effect.`);
    return settings;
}
/** Whether the daemon lets this user set restricted settings; undefined where it is too old to say so. */
async function askTrust(runner, nix) {
    if (!(0,version/* atLeast */.jZ)(nix.version, '2.19'))
        return undefined;
    const args = ['--extra-experimental-features', 'nix-command', 'store', 'info', '--json'];
    const result = await runner.commands.run(nixCommand(nix, 'nix', args), { accept: 'any', timeoutSeconds: 60 });
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
        throw new runner_errors/* UserError */.yo(`Nix ${found.version.text} in ${found.bin} cannot be used: ${access.reason}.`);
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
    const [effective, ahead] = await allOf(reading, opening, wanted.prepared);
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
        throw new runner_errors/* UserError */.yo(otherDistribution());
    if (runner.facts.privilege === 'none') {
        throw new runner_errors/* UserError */.yo(`installing ${PACKAGE} needs root. Run the job as root, or let its user use sudo without a password.`);
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
        throw new runner_errors/* UserError */.yo(`the package ${PACKAGE} of this distribution does not serve: ${why}`);
    return found;
}
async function finish(runner, wanted) {
    const second = await apt(runner, ['install', ...wanted]);
    if (second.exitCode !== 0)
        throw failed(wanted, second);
}
const failed = (wanted, result) => new runner_errors/* UserError */.yo(`apt-get cannot install ${wanted.join(' ')}: ${(result.stderr.trim() || result.stdout.trim()).slice(-2000)}`);
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
    throw new runner_errors/* UserError */.yo(`apt-get knows no package ${PACKAGE}`);
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
        throw new runner_errors/* UserError */.yo(problem);
    const state = (0,external_node_fs_.existsSync)('/nix') ? (mayWrite('/nix') ? 'writable' : 'foreign') : 'absent';
    const owner = chooseOwner(facts.privilege, state, facts.user);
    if (typeof owner === 'object')
        throw new runner_errors/* UserError */.yo(owner.problem);
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
        throw new runner_errors/* UserError */.yo(`${name} holds a Nix for ${system}; this machine is ${systems[0]}`);
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
        throw new runner_errors/* UserError */.yo(`the tarball holds no bin/nix-store in ${top}/store`);
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
        throw new runner_errors/* UserError */.yo((0,problem/* putProblem */.x8)(result, runner.facts.env));
    const printed = result.stdout;
    await checkLeft(runner, left, nixPath, asRoot);
    const { chosen, refused } = (0,find/* chooseCandidate */.J2)([{ path: `${nixPath}/bin/nix`, printed }]);
    if (chosen === undefined)
        throw new runner_errors/* UserError */.yo(`the installed Nix does not serve: ${refused.join('')}`);
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
    throw new runner_errors/* UserError */.yo(`/nix holds a damaged Nix of an earlier install: ${result.stderr.trim()}\nRemove those paths, or all of /nix if nothing else uses it.`);
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
            throw new runner_errors/* UserError */.yo('nix-source is a URL: nix-sha256 must be given');
        return tarballAt(runner, location, hash);
    }
    const path = location.startsWith('file://') ? (0,external_node_url_.fileURLToPath)(location) : (0,external_node_path_.resolve)(runner.facts.workspace, location);
    const problem = fileProblem(path);
    if (problem !== undefined)
        throw new runner_errors/* UserError */.yo(`nix-source: ${problem}`);
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
        throw new runner_errors/* UserError */.yo(`nix-source: ${path} does not have the SHA-256 that nix-sha256 gives (${sha256})`);
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
            throw new runner_errors/* UserError */.yo(`${died(runner)}\nWhat failed for want of it: ${first}`);
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
        throw new runner_errors/* UserError */.yo(moved);
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
    throw new runner_errors/* UserError */.yo(`no Nix can be had.\n${failures.join('\n')}`);
}
/** A failure that lets the next source be tried: not our own faults, no wrong settings, and not a cancelled job. */
const isAnswer = (error) => (error instanceof runner_errors/* UserError */.yo && !(error instanceof find/* SettingsError */.GN)) ||
    (error instanceof runner_errors/* CommandError */.Qd && error.result.stopped !== 'cancelled');
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
                throw new runner_errors/* UserError */.yo(`${why}${hint}`);
            }
            return { found };
        }
        case 'release': {
            const systems = runnableSystems();
            const release = findRelease(inputs.nixVersion, systems[0] ?? 'unknown');
            if (typeof release === 'string')
                throw new runner_errors/* UserError */.yo(release);
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
    const system = systemOf(process.arch, process.platform);
    if (process.platform === 'darwin') {
        throw new runner_errors/* UserError */.yo('on macOS this action does not install Nix (/nix needs a volume of its own): install it before');
    }
    if (system === undefined)
        throw new runner_errors/* UserError */.yo(`Nix does not run on ${process.platform} ${process.arch}`);
    const also = {
        'x86_64-linux': ['i686-linux'],
        'armv7l-linux': ['armv6l-linux'],
        'aarch64-darwin': ['x86_64-darwin'],
    };
    return [system, ...(also[system] ?? [])];
}

;// CONCATENATED MODULE: ./build/js/install/substituters.js



const substituters_ANSWER_SECONDS = 10;
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
            return reply.fault === 'timeout' ? `no answer within ${substituters_ANSWER_SECONDS} s` : reply.fault;
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
    await parallel_inParallel(urls.length, urls, async (url) => {
        const reason = await probe(runner.network, url);
        if (reason !== undefined)
            reasons.set(url, reason);
    });
    for (const [url, reason] of reasons)
        runner.log.warning(`The substituter ${withoutLogin(url)} is left out of this run: ${reason}.`);
    return reasons.size === 0 ? installed : { ...installed, nix: withoutSubstituters(nix, [...reasons.keys()]) };
}
/** A server may stumble once. */
async function probe(network, url) {
    let reason;
    for (let attempt = 0; attempt < 2; attempt += 1) {
        const at = (name) => network.ask(objectUrl(url, name), substituters_ANSWER_SECONDS);
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

;// CONCATENATED MODULE: ./build/js/nix/explain-rule.js
/** `hello-2.12` of a store path or derivation; other texts as they are. */
const shortName = (path) => {
    const base = path.split('/').at(-1) ?? path;
    return /^[0-9a-z]{32}-/.test(base) ? base.slice(33).replace(/\.drv(?:[!^].*)?$/, '') : path;
};

;// CONCATENATED MODULE: ./build/js/nix/explain-flake.js

/** Rules about flakes, lock files and evaluation. */
const FLAKE_RULES = [
    {
        category: 'attribute',
        pattern: /flake '([^']+)' does not provide attribute ([^\n]+)(?:\s*Did you mean (?:one of )?([^\n?]+)\?)?/,
        say: ([, flake = '', tried = '', near = '']) => ({
            sentence: `the flake ${flake.split('?')[0]} has no ${tried.replaceAll("'", '').replace(/\.$/, '')}.`,
            advice: near === '' ? 'List what it has with: nix flake show --all-systems' : `Did you mean ${near.trim()}?`,
        }),
    },
    {
        category: 'import-from-derivation',
        pattern: /cannot build '([^']+)' during evaluation because the option 'allow-import-from-derivation' is disabled/,
        say: ([, drv = '']) => ({
            sentence: `evaluation needs ${shortName(drv)} to be built first (import from derivation), which is turned off.`,
            advice: 'Set "allow-import-from-derivation = true" in extra-nix-config, or keep the generated file in the repository.',
        }),
    },
    {
        category: 'flake',
        pattern: /cannot find flake '([^']+)' in the flake registries/,
        say: ([, flake = '']) => ({
            sentence: `${flake.replace(/^flake:/, '')} is no flake that a registry knows.`,
            advice: 'A folder is written with a dot or slash (./name), a repository as github:owner/name.',
        }),
    },
    {
        category: 'flake',
        pattern: /Path '([^']+)' in the repository "([^"]+)" is not tracked by Git/,
        say: ([, path = '', repository = '']) => untracked(path, repository),
    },
    {
        // 2.8 lets git speak for itself
        category: 'rights',
        pattern: /repository path '([^']+)' is not owned by current user|detected dubious ownership in repository at '([^']+)'/,
        say: ([, path = '', said = '']) => ({
            sentence: `the Git repository ${path || said} belongs to another user, so Git does not open it.`,
            advice: `Where that is as it should be, as in a container, run in a step before this one: git config --global --add safe.directory ${path || said}`,
        }),
    },
    {
        // 2.8 asks git to compare, who finds no repository of this user
        category: 'rights',
        pattern: /program 'git' failed with exit code 129/,
        say: () => ({
            sentence: 'git does not open the repository of the flake: it most likely belongs to another user.',
            advice: 'Where that is as it should be, as in a container, run in a step before this one: git config --global --add safe.directory "$GITHUB_WORKSPACE"',
        }),
    },
    {
        category: 'flake',
        pattern: /could not find a flake\.nix file|path ['"]([^'"]+)['"] does not contain a 'flake\.nix'/,
        say: ([, path = '']) => ({
            sentence: `${path === '' ? 'the folder' : path} has no flake.nix, nor has a folder above it.`,
            advice: 'Point the input flake at the folder that holds flake.nix, and check the repository out before this step.',
        }),
    },
    {
        // 2.8 and 2.26 find a file that Git does not track missing in their copy of the repository
        category: 'flake',
        pattern: /(?:getting status of|path) ['"][^'"]*\/[0-9a-z]{32}-source\/([^'"]+)['"](?:: No such file| does not exist)/,
        say: ([, path = '']) => ({
            sentence: `the flake has no ${path}.`,
            advice: `Check the path; in a Git repository Nix sees only files that are tracked: git add ${path}`,
        }),
    },
    {
        category: 'flake',
        pattern: /(?:getting status of|path) ['"]\/*([^'"]+)['"](?:: No such file| does not exist)/,
        say: ([, path = ''], text) => {
            const input = /while (?:updating|fetching) the flake input '([^']+)'/.exec(text)?.[1];
            return input === undefined
                ? {
                    sentence: `/${path} does not exist.`,
                    advice: 'Check the input flake, and check the repository out before this step.',
                }
                : {
                    sentence: `/${path}, which is the input ${input} of the flake, does not exist.`,
                    advice: `Correct inputs.${input}.url in flake.nix, or flake.lock.`,
                };
        },
    },
    {
        category: 'flake',
        pattern: /input '([^']+)' is unsupported/,
        say: ([, reference = '']) => ({
            sentence: `${reference} is no kind of flake reference that Nix knows.`,
            advice: 'Write a path (./name), github:owner/name, git+https://… or a tarball URL.',
        }),
    },
    {
        category: 'lock',
        pattern: /flake '([^']+)' requires lock file changes but they're not allowed/,
        say: ([, flake = '']) => ({
            sentence: `flake.lock of ${flake.split('?')[0]} does not fit its flake.nix.`,
            advice: 'Run nix flake lock and commit flake.lock.',
        }),
    },
    {
        category: 'lock',
        pattern: /lock file '[^']*' has unsupported version (\d+)/,
        say: ([, version = '']) => ({
            sentence: `flake.lock has version ${version}, which this Nix does not know.`,
            advice: 'Use a newer Nix (nix-version), or write the lock file anew with this one: nix flake update',
        }),
    },
    {
        category: 'lock',
        pattern: /(?:flake\.lock': )?\[json\.exception\.parse_error\.\d+\] (parse error at line \d+, column \d+)/,
        say: ([, where = '']) => ({
            sentence: `flake.lock is no JSON (${where}).`,
            advice: 'Look for leftovers of a Git merge, or write it anew: nix flake update',
        }),
    },
    {
        category: 'setting',
        pattern: /experimental Nix feature '([^']+)' is disabled/,
        say: ([, feature = '']) => ({
            sentence: `the Nix feature ${feature} is turned off.`,
            advice: `Add "extra-experimental-features = ${feature}" to extra-nix-config.`,
        }),
    },
    {
        category: 'package',
        pattern: /Package ‘([^’]+)’ in \S+ (?:has|is) (an unfree license|marked as (?:broken|insecure)|not available on the requested hostPlatform)/,
        say: ([, name = '', why = '']) => ({
            sentence: `nixpkgs refuses ${name}: it ${why.startsWith('an') ? 'has' : 'is'} ${why}.`,
            advice: why.startsWith('not')
                ? 'The package does not support this target: leave it out for it.'
                : 'Allow it where the flake imports nixpkgs (config.allowUnfree, allowBroken, permittedInsecurePackages).',
        }),
    },
    {
        category: 'attribute',
        pattern: /error: attribute '([^']+)' missing(?:[\s\S]*?Did you mean (?:one of )?([^\n?]+)\?)?/,
        say: ([, name = '', near = '']) => ({
            sentence: `the flake uses an attribute ${name} that is not there.`,
            advice: near === '' ? 'Correct the name, or provide it for this system.' : `Did you mean ${near.trim()}?`,
        }),
    },
    {
        category: 'evaluation',
        pattern: /flake output attribute '([^']+)' (?:is not a derivation|to be a derivation or path but found (a set|an? [a-z]+))/,
        say: ([, attribute = '', found = '']) => ({
            sentence: `${attribute} is ${found === '' ? 'no derivation' : `${found}, no derivation`}.`,
            advice: 'Name a package in the input packages.',
        }),
    },
    {
        category: 'evaluation',
        pattern: /access to absolute path '([^']+)' is forbidden in pure eval/,
        say: ([, path = '']) => ({
            sentence: `the flake reads ${path}, which is not part of it.`,
            advice: 'Keep the file in the repository, or make it an input of the flake.',
        }),
    },
    {
        category: 'evaluation',
        pattern: /error: ((?:undefined variable|syntax error|infinite recursion|evaluation aborted|assertion|cannot (?:add|coerce|convert)|value is|expected an?|an integer with|stack overflow|function '|anonymous function)[^\n]*)/,
        say: ([, message = '']) => ({
            sentence: `the flake does not evaluate: ${message.trim().replace(/\.$/, '')}.`,
            advice: '',
        }),
    },
];
function untracked(path, repository) {
    return {
        sentence: `${path} is not tracked by Git in ${repository}, so the flake does not see it.`,
        advice: `Add it: git add ${path}. Where it is in a submodule, write the flake as .?submodules=1`,
    };
}

;// CONCATENATED MODULE: ./build/js/nix/explain-machine.js

const PER_GCC_ARCH = /^gccarch-/;
/** Rules about what this machine can build, and how it builds. */
const MACHINE_RULES = [
    {
        category: 'trust',
        // the ignored setting is the cause of what follows it
        pattern: /ignoring the client-specified setting '((?:extra-)?(?:platforms|system-features)|sandbox[a-z-]*)'[\s\S]*(?:is required to build|Required (?:system|features):|namespaces)/,
        say: ([, setting = '']) => ({
            sentence: `the Nix daemon ignored the setting ${setting}, since this user is not one of its trusted users.`,
            advice: 'Add the user to trusted-users in the nix.conf of the daemon and restart it, or run the job as root.',
        }),
    },
    {
        category: 'platform',
        pattern: /a '([^']+)' with features \{([^}]*)\} is required to build '([^']+)', but I am a '([^']+)' with features \{([^}]*)\}/,
        say: ([, system = '', features = '', drv = '', own = '', available = ''], text) => mismatch(drv, system, own, features, available, text),
    },
    {
        // 2.31 to 2.33 in one line each, 2.34 with reasons of their own
        category: 'platform',
        pattern: /annot build '([^']+)'[\s\S]*?Required system: '([^']+)'(?: with features \{([^}]*)\})?\s*Current system: '([^']+)'(?: with features \{([^}]*)\})?(?:[^']*?Required features: \{([^}]*)\}\s*Available features: \{([^}]*)\})?/,
        say: ([, drv = '', system = '', first, own = '', second, features, available], text) => mismatch(drv, system, own, features || first || '', available || second || '', text),
    },
    {
        category: 'feature',
        pattern: /annot build '([^']+)'[\s\S]*?Required features: \{([^}]*)\}\s*Available features: \{([^}]*)\}/,
        say: ([, drv = '', features = '', available = '']) => missingFeatures(drv, features, available),
    },
    {
        category: 'emulator',
        pattern: /executing '([^']+)': Exec format error|cannot execute binary file: Exec format error|Exec format error/,
        inLogs: true,
        say: ([, program = '']) => ({
            sentence: `${program === '' ? 'a program' : shortName(program)} is for another architecture, and this machine has no emulator registered for it.`,
            advice: 'Choose the strategy auto or emulated and let the action register QEMU (qemu: auto), or run the job on a machine of that architecture.',
        }),
    },
    {
        // what follows says only that no machine is left
        category: 'network',
        pattern: /cannot build on '([^']+)': (?:error: )?([^\n]+)/,
        say: ([, builder = '', why = '']) => ({
            sentence: `the remote builder ${builder} cannot be used: ${why.replace(/[.:\s]+$/, '')}.`,
            advice: 'Check its address, its host key, and the SSH key of the user that builds (root, where there is a daemon); or take it out of builders.',
        }),
    },
    {
        category: 'setting',
        pattern: /local builds are disabled \(max-jobs = 0\)|nable to start any build;\s+either increase '--max-jobs'/,
        say: () => ({
            sentence: 'this Nix is set to build nothing on this machine (max-jobs = 0), and no remote builder takes it.',
            advice: 'Add "max-jobs = auto" to extra-nix-config, or name builders there.',
        }),
    },
    {
        // of its own programs Nix gives the name alone
        category: 'other',
        pattern: /executing '([^'/]+)': No such file or directory/,
        say: ([, program = '']) => ({
            sentence: `Nix needs the program ${program}, which is not there.`,
            advice: `Install ${program} in a step before this one.`,
        }),
    },
    {
        category: 'emulator',
        pattern: /executing '([^']+)': No such file or directory/,
        inLogs: true,
        say: ([, program = '']) => ({
            sentence: `${shortName(program)} could not be started inside the build sandbox: it is not there, or its interpreter or emulator is not.`,
            advice: 'An emulator must be static and registered with the flag F to be seen in a sandbox; let the action register it (qemu: always). A builder or script of the machine, such as /bin/bash, is not in the sandbox: take it from the store.',
        }),
    },
    {
        category: 'emulator',
        pattern: /(?:cannot|unable to) set 32-bit personality/,
        inLogs: true,
        say: () => ({
            sentence: 'the processor of this machine cannot run 32-bit ARM programs.',
            advice: 'Build this target on an x86_64 runner with emulation, or cross.',
        }),
    },
    {
        category: 'sandbox',
        pattern: /does not support the kernel namespaces|user namespaces are not enabled|mounting \/proc: Operation not permitted|cloning builder process: Operation not permitted|unable to (?:create|unshare) .*namespace|setting up (?:a )?private mount namespace/,
        say: () => ({
            sentence: 'Nix cannot make its build sandbox: the kernel of this machine gives it no namespaces.',
            advice: 'In a container, allow them (docker run --privileged, or --security-opt seccomp=unconfined with a writable /proc/sys); otherwise set "sandbox = false" in extra-nix-config, which builds without isolation.',
        }),
    },
    {
        category: 'sandbox',
        pattern: /while setting up the build environment[\s\S]*?getting attributes of (?:required )?path ['"]([^'"]+)['"]/,
        say: ([, path = '']) => ({
            sentence: `the build sandbox needs ${path}, which this machine does not have.`,
            advice: 'Correct sandbox-paths in extra-nix-config.',
        }),
    },
    {
        category: 'timeout',
        pattern: /timed out after (\d+) seconds of silence/,
        say: ([, seconds = '']) => ({
            sentence: `a build printed nothing for ${seconds} s and was ended.`,
            advice: 'Programs under QEMU are known to hang: build it cross or on a runner of its own kind, or raise silent-timeout.',
        }),
    },
    {
        category: 'timeout',
        pattern: /timed out after (\d+) seconds/,
        say: ([, seconds = '']) => ({
            sentence: `a build was ended after ${seconds} s: it took longer, or was silent for longer, than the limit allows.`,
            advice: 'Raise build-timeout or silent-timeout (in nix.conf they are timeout and max-silent-time), or build it cross or on a runner of its own kind.',
        }),
    },
    {
        category: 'daemon',
        pattern: /cannot connect to (?:daemon at|socket at) '([^']+)': ([^\n]+)/,
        say: ([, socket = '', why = '']) => ({
            sentence: `the Nix daemon cannot be reached at ${socket} (${why}).`,
            advice: 'Start it (systemctl start nix-daemon, or nix-daemon as root), or let the action install Nix (nix-source: release).',
        }),
    },
    {
        category: 'daemon',
        pattern: /Nix daemon disconnected unexpectedly|^(?:error: )?unexpected end-of-file$/m,
        say: () => ({
            sentence: 'the Nix daemon ended in the middle of the work.',
            advice: 'It was most likely ended for using too much memory: see dmesg, lower max-jobs in extra-nix-config, or use a larger runner.',
        }),
    },
];
const explain_machine_words = (list) => list.split(/[,\s]+/).filter((word) => word !== '');
function mismatch(drv, system, own, features, available, text) {
    // 2.34 tells the features only where some are missing; before, all are listed, and the system may be one of extra-platforms
    if (system === own)
        return missingFeatures(drv, features, available);
    const during = /during evaluation|while realising the context/.test(text);
    const also = explain_machine_words(features).filter((feature) => !explain_machine_words(available).includes(feature));
    const more = also.length === 0 ? '' : ` It also demands the system feature ${also.join(', ')}.`;
    return {
        category: during ? 'import-from-derivation' : 'platform',
        sentence: `${shortName(drv)} has to be built on ${system}, and this machine builds for ${own} only.${during ? ` ${IMPORTED}.` : ''}${more}`,
        advice: during
            ? emulateIt(system)
            : `Name ${system} in targets, so that it is cross-compiled or an emulator registered for it (qemu: auto), or use a runner of the kind ${system}.`,
        system,
    };
}
const IMPORTED = 'It is built during evaluation (import from derivation)';
/** What to do where evaluation needs a build for another system. */
const emulateIt = (system) => `Choose the strategy auto or emulated and let the action register an emulator (qemu: auto), or use a runner of the kind ${system}.`;
function missingFeatures(drv, features, available) {
    const missing = explain_machine_words(features).filter((feature) => !explain_machine_words(available).includes(feature));
    const shown = (missing.length === 0 ? explain_machine_words(features) : missing).join(', ');
    const kvm = missing.includes('kvm');
    const gcc = missing.some((feature) => PER_GCC_ARCH.test(feature));
    return {
        category: 'feature',
        sentence: `${shortName(drv)} demands the system feature ${shown}, which this machine does not offer.`,
        advice: kvm
            ? 'It runs virtual machines: use a runner that has /dev/kvm; for an emulated target it cannot be had.'
            : gcc
                ? 'nixpkgs asks for it for this architecture: the action sets it for emulated targets; on a Nix that it did not configure, add it to extra-system-features.'
                : 'Add it to extra-system-features in extra-nix-config if the machine has it.',
    };
}

;// CONCATENATED MODULE: ./build/js/nix/explain-store.js

const SAME_CONTENT = 'Check that the source has not been changed behind your back; then write the new hash into the flake.';
const hash = (sentence, wanted, got, advice = SAME_CONTENT) => ({
    sentence: `${sentence}: it is written down as ${wanted}, and is ${got}.`,
    advice,
    wanted,
    got,
});
/** The hashes in a text that has such a sentence in it, where what it is about is known by nothing else. */
function explain_store_mismatchIn(text) {
    const found = /(\S+) has another content than its hash says: it is written down as (\S+), and is (\S+?)[.]?(?:\s|$)/.exec(text);
    const [, from = '', wanted = '', got = ''] = found ?? [];
    return found === null ? undefined : { name: from.split('/').at(-1) ?? from, wanted, got };
}
/** Rules about the store, substituters, downloads and disks. */
const STORE_RULES = [
    {
        category: 'disk',
        pattern: /No space left on device|database or disk is full|Disk quota exceeded/,
        inLogs: true,
        say: () => ({
            sentence: 'the disk is full.',
            advice: 'Free space before this step (nix store gc, docker system prune, unused toolchains of the runner image), or use a runner with a larger disk.',
        }),
    },
    {
        category: 'memory',
        pattern: /Cannot allocate memory|std::bad_alloc|out of memory|Out of memory|virtual memory exhausted|failed due to signal 9/,
        inLogs: true,
        say: ([found = '']) => ({
            sentence: found.includes('signal 9')
                ? 'the builder was killed (signal 9), most likely for want of memory.'
                : 'memory ran out.',
            advice: 'Lower max-jobs or cores in extra-nix-config, or use a larger runner.',
        }),
    },
    {
        category: 'hash',
        pattern: /hash mismatch in fixed-output derivation '([^']+)':\s*(?:specified|wanted):\s*(\S+)\s*got:\s*(\S+)/,
        say: ([, drv = '', wanted = '', got = '']) => hash(`${shortName(drv)} has another content than its hash says`, wanted, got),
    },
    {
        category: 'hash',
        pattern: /hash mismatch in file downloaded from '([^']+)':\s*specified:\s*(\S+)\s*got:\s*(\S+)/,
        say: ([, url = '', wanted = '', got = '']) => hash(`${url} has another content than its hash says`, wanted, got),
    },
    {
        // 2.34 prints as "expected" what it found, and as "got" what the lock file says
        category: 'hash',
        pattern: /NAR hash mismatch in input '([^']+)', expected '([^']+)' but got '([^']+)'/,
        say: ([, input = '', found = '', locked = '']) => hash(`the flake input ${bare(input)} has changed`, locked, found, LOCKED),
    },
    {
        category: 'hash',
        pattern: /NAR hash mismatch in input '([^']+)' \([^)]*\), expected '([^']+)', got '([^']+)'/,
        say: ([, input = '', wanted = '', got = '']) => hash(`the flake input ${bare(input)} has changed`, wanted, got, LOCKED),
    },
    {
        category: 'hash',
        pattern: /mismatch in field 'narHash' of input '[^']*"narHash":"([^"]+)"[^']*', got '[^']*"narHash":"([^"]+)"/,
        say: ([, wanted = '', got = '']) => hash('an input of the flake has changed', wanted, got, LOCKED),
    },
    {
        category: 'corrupt',
        pattern: /hash mismatch importing path '([^']+)';\s*(?:specified|wanted):\s*(\S+)\s*got:\s*(\S+)/,
        say: ([, path = '', wanted = '', got = '']) => ({
            ...hash(`${shortName(path)} came damaged from the cache`, wanted, got),
            advice: 'The cache holds a broken file: delete that path from it and push it again.',
        }),
    },
    {
        category: 'corrupt',
        pattern: /path '([^']+)' was modified! expected hash '([^']+)', got '([^']+)'/,
        say: ([, path = '', wanted = '', got = '']) => ({
            ...hash(`${shortName(path)} was modified in the store`, wanted, got),
            advice: `Repair it with: nix-store --repair-path ${path}`,
        }),
    },
    {
        category: 'corrupt',
        pattern: /input doesn't look like a Nix archive|bad archive: |NAR for '[^']*' fetched from '[^']*' (?:is|has)|does not match the size/,
        say: () => ({
            sentence: 'a file from the cache is damaged: it is no Nix archive.',
            advice: 'Delete the path from the cache and push it again, or leave that cache out.',
        }),
    },
    {
        category: 'corrupt',
        pattern: /(?:database disk image is malformed|db\/schema' is corrupt)/,
        say: () => ({
            sentence: 'the database of the Nix store is damaged.',
            advice: 'Remove /nix on this runner, and let the action install Nix anew.',
        }),
    },
    {
        category: 'signature',
        pattern: /cannot add path '([^']+)' because it lacks a (?:valid signature|signature by a trusted key)/,
        say: ([, path = '']) => unsigned(path),
    },
    {
        category: 'signature',
        pattern: /substitute for '([^']+)' from '([^']+)'(?: is|, as it's) not signed by any of the keys/,
        say: ([, path = '', cache = '']) => unsigned(path, cache),
    },
    {
        category: 'signature',
        pattern: /(?:secret )?key is corrupt|public key is not valid|secret key is not valid/,
        say: () => ({
            sentence: 'the signing key cannot be read.',
            advice: 'It must be one line, name:base64, as nix key generate-secret prints it.',
        }),
    },
    {
        category: 'network',
        pattern: /unable to (?:download|upload) '([^']+)': ([^\n;]+)/,
        inLogs: true,
        say: ([, url = '', why = ''], text) => download(url, why.replace(/[).\s]+$/, (end) => (why.includes('(') ? end : '')), text),
    },
    {
        category: 'network',
        pattern: /unable to access '([^']+)': ([^\n]+)/,
        inLogs: true,
        say: ([, url = '', why = ''], text) => download(url, why, text),
    },
    {
        category: 'network',
        pattern: /Could ?n[o']t resolve host(?:name)?:? ?(\S*)|Failed to connect to (\S+)|Failed to fetch git repository '([^']+)'|Temporary failure in name resolution/,
        inLogs: true,
        say: ([, host = '', peer = '', repository = '']) => ({
            sentence: `${[host, peer, repository].find((name) => name !== '')?.replace(/:$/, '') ?? 'a server'} cannot be reached.`,
            advice: 'Check the address and the network of the runner, then run the job again.',
        }),
    },
    {
        category: 'flake',
        pattern: /don't know how to open Nix store (?:with scheme )?'([^']+)'/,
        say: ([, scheme = '']) => ({
            sentence: `this Nix knows no store of the kind ${scheme}.`,
            advice: 'Use file://, http(s)://, s3://, ssh:// or ssh-ng://; Debian’s Nix is built without S3.',
        }),
    },
    {
        category: 'network',
        pattern: /(?:path '([^']+)' is required, but there is no substituter that can build it|don't know how to build these paths:\s*(\S+))/,
        say: ([, path = '', first = '']) => ({
            sentence: `${shortName(path || first)} is in no substituter, and there is no derivation to build it from.`,
            advice: 'Add the cache that has it to extra-substituters, with its key in extra-trusted-public-keys.',
        }),
    },
    {
        category: 'rights',
        pattern: /(?:opening lock file|creating directory|could not set permissions on|opening file) ['"]([^'"]+)['"](?: to \d+)?: (?:Permission denied|Operation not permitted)/,
        say: ([, path = '']) => ({
            sentence: `this user may not write ${path}.`,
            advice: /\/\.(cache|local|config|nix-)/.test(path)
                ? 'Nix keeps that in the home of its user: set HOME (or XDG_CACHE_HOME and the like) to a folder of this user.'
                : 'Run as root, give the user passwordless sudo, or use the Nix daemon (NIX_REMOTE=daemon).',
        }),
    },
];
const LOCKED = 'If that is right, run nix flake update for that input and commit flake.lock.';
/** A flake reference without its hash and time. */
const bare = (reference) => reference.split('?')[0] ?? reference;
const unsigned = (path, cache = 'the cache') => ({
    sentence: `${shortName(path)} from ${cache} is not signed by a key that this machine trusts.`,
    advice: "Add the cache's public key to extra-trusted-public-keys in extra-nix-config, or sign its paths when pushing (signing-key).",
});
function download(url, why, text) {
    const status = /HTTP error (\d+)/.exec(why)?.[1];
    const limited = /rate limit/i.test(text) || (status === '403' && url.includes('api.github.com')) || status === '429';
    const advice = limited
        ? 'GitHub allows few requests without a token: pass github-token, or wait an hour.'
        : status === '404'
            ? 'The address does not exist, or needs a login: for a private repository pass a github-token that may read it.'
            : status === '401' || status === '403'
                ? 'A login is needed: pass github-token, or a netrc-file in extra-nix-config.'
                : 'Check the address and the network of the runner, then run the job again.';
    return { sentence: `${url} cannot be downloaded (${why.trim()}).`, advice };
}

;// CONCATENATED MODULE: ./build/js/nix/explain.js





const LONGEST_TEXT = 64 * 1024;
const LONGEST_SENTENCE = 400;
/** Rules about builders that failed by themselves; they come last, since every other cause shows as one. */
const BUILD_RULES = [
    {
        category: 'build',
        pattern: /output '([^']+)' is not allowed to refer to the following paths:((?:\s+\/\S+)+)/,
        say: ([, output = '', paths = '']) => ({
            sentence: `${shortName(output)} refers to ${paths.trim().split(/\s+/).map(shortName).join(', ')}, which it is not allowed to.`,
            advice: 'Keep these paths out of its files, or change allowedReferences, disallowedReferences or the like.',
        }),
    },
    {
        category: 'build',
        pattern: /builder for '([^']+)' failed to produce output path for output '([^']+)'/,
        say: ([, drv = '', output = '']) => ({
            sentence: `the builder of ${shortName(drv)} ended well without making its output ${output}.`,
            advice: `Its commands must write to $${output}.`,
        }),
    },
    {
        category: 'build',
        pattern: /(?:building (?:derivation|of) '([^']+)'.*?)killed after writing more than (\d+) bytes of log output/,
        say: ([, drv = '', bytes = '']) => ({
            sentence: `${shortName(drv)} was ended after printing more than ${bytes} bytes.`,
            advice: 'Raise max-build-log-size in extra-nix-config, or make the build print less.',
        }),
    },
    {
        category: 'build',
        pattern: /(?:builder for '([^']+)'|annot build '([^']+)'[\s\S]*?builder) failed (with exit code \d+|due to signal [^;.\n]+)/,
        say: ([, drv = '', other = '', how = '']) => ({
            sentence: `the builder of ${shortName(drv || other)} failed ${how}.`,
            advice: 'See the last lines of its log.',
        }),
    },
    {
        category: 'build',
        pattern: /\d+ dependenc(?:y|ies) of derivation '([^']+)' failed|annot build '([^']+)'[\s\S]*?Reason: \d+ dependenc(?:y|ies) failed/,
        say: ([, drv = '', other = '']) => ({
            sentence: `something that ${shortName(drv || other)} needs failed to build.`,
            advice: '',
        }),
    },
    {
        category: 'trust',
        pattern: /ignoring (?:the client-specified setting '([^']+)'|untrusted substituter '([^']+)')/,
        say: ([, setting = '', substituter = '']) => ({
            sentence: `the Nix daemon ignored ${setting === '' ? `the substituter ${substituter}` : `the setting ${setting}`}, since this user is not one of its trusted users.`,
            advice: 'Add the user to trusted-users in the nix.conf of the daemon and restart it, or run the job as root.',
        }),
    },
];
const RULES = [...MACHINE_RULES, ...STORE_RULES, ...FLAKE_RULES, ...BUILD_RULES];
/**
 * Says in words for people what failed, why, and what to do.
 * @param message what Nix 2.8 to 2.34 printed on stderr, or one message of its structured log
 * @param log the last lines that the failed builder printed, where they are not in the message
 */
function explainNix(message, log = []) {
    const text = clean(message);
    const own = text.replace(/^\s*> .*$/gm, '');
    const logs = [text, ...log].join('\n');
    for (const { category, pattern, inLogs, say } of RULES) {
        const match = pattern.exec(own) ?? (inLogs ? pattern.exec(logs) : null);
        const said = match === null
            ? undefined
            : say([...match].map((group) => group ?? ''), own);
        if (said === undefined)
            continue;
        const place = PLACED.includes(category) ? explain_placeOf(text) : '';
        const sentence = said.sentence.replace(/\.$/, `${place}.`);
        return { category, ...said, sentence };
    }
    return unknown(own);
}
/** Without escape sequences, without the excerpts of source code, whose text is not Nix's own. */
const clean = (message) => log_text_plainText(message.slice(-LONGEST_TEXT)).replace(/^\s*\d*\|.*$/gm, '');
/** What is to be mended where it is written. */
const PLACED = ['evaluation', 'attribute'];
/** ` (flake.nix:3:12)` where the last error itself has a place: what only called it tells little, and may be ours. */
function explain_placeOf(text) {
    const last = text.slice(text.lastIndexOf('error:'));
    const [, file = '', line, column] = /^[^\n]*\n\s*at (\/[^\n]*?):(\d+):(\d+):?\s*$/m.exec(last) ?? [];
    return file === '' ? '' : ` (${file.replace(/^.*\/[0-9a-z]{32}-source\//, '')}:${line}:${column})`;
}
/** An error of evaluation as a part of a sentence, without full stop. */
function explainBriefly(message) {
    const { sentence, advice, category, system = '' } = explainNix(message);
    // only the older ones say that it was in an evaluation
    const texts = category === 'platform' ? [`${sentence} ${IMPORTED}`, emulateIt(system)] : [sentence, advice];
    const [what = '', remedy] = texts.map((text) => text.replace(/\.$/, ''));
    const short = what.replace(/^the flake does not evaluate: /, '');
    return remedy === '' ? short : `${short} (${remedy})`;
}
/** Nix's own last error. A text that a flake throws is among these. */
function unknown(text) {
    const errors = text.split(/^\s*error: */m).slice(1);
    const last = (errors.at(-1) ?? text).split(/\n\s*(?:at |\n|\(use|For full logs|Did you mean|Try 'nix)/)[0] ?? '';
    const line = last.replace(/\s+/g, ' ').trim();
    if (line === '')
        return { category: 'other', sentence: 'Nix failed without an error message.', advice: '' };
    const sentence = line.length > LONGEST_SENTENCE ? `${line.slice(0, LONGEST_SENTENCE)}…` : line;
    return { category: 'other', sentence: /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`, advice: '' };
}

// EXTERNAL MODULE: ./build/js/nix/units.js
var units = __webpack_require__(3365);
;// CONCATENATED MODULE: ./build/js/strategy/matrix/runners.js
/** GitHub's hosted runners by their system (docs.github.com, "GitHub-hosted runners reference", 2026-11). */
const HOSTED_RUNNERS = new Map([
    ['x86_64-linux', 'ubuntu-24.04'],
    ['aarch64-linux', 'ubuntu-24.04-arm'],
    ['aarch64-darwin', 'macos-15'],
    ['x86_64-darwin', 'macos-15-intel'],
]);
/** Systems that another one executes by itself (nixpkgs, lib/systems, canExecute; Nix, default extra-platforms). */
const ALSO_NATIVE = { 'x86_64-linux': ['i686-linux'] };
/** Runners for what no runner executes natively, the best first: most binary caches hold most for the first. */
const BUILDERS = ['x86_64-linux', 'aarch64-linux'];
/**
 * The runner for the jobs of a target: its own where there is one, and the workflow does not ask for a cross or
 * emulated build; else one that cross-compiles or emulates.
 * @returns the runner, or why there is none
 */
function placeTarget(target, labels) {
    const asked = target.strategy === 'cross' || target.strategy === 'emulated';
    const own = target.plain && !asked ? nativePlace(target.system, labels) : undefined;
    if (own !== undefined)
        return own;
    if (target.strategy === 'native')
        return `no runner executes ${target.system} programs: name one in runners, as {"${target.system}": "label"}`;
    const linux = [...labels.keys()].filter((system) => system.endsWith('-linux')).sort();
    const builders = [...BUILDERS, ...linux].filter((system) => labels.has(system));
    const builder = builders.find((system) => system !== target.system) ?? builders[0];
    const place = builder === undefined ? undefined : nativePlace(builder, labels);
    return place ?? `no Linux runner is left to build for ${target.name} on: see runners`;
}
/** A runner that executes programs of a system. */
function nativePlace(system, labels) {
    const hosts = [system, ...Object.keys(ALSO_NATIVE).filter((host) => ALSO_NATIVE[host]?.includes(system))];
    for (const host of hosts) {
        const label = labels.get(host);
        if (label !== undefined)
            return { system: host, label, native: [host, ...(ALSO_NATIVE[host] ?? [])] };
    }
    return undefined;
}
/** A label as text for people. */
const labelText = (label) => (typeof label === 'string' ? label : label.join(' + '));

;// CONCATENATED MODULE: ./build/js/nix/base32.js
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

;// CONCATENATED MODULE: ./build/js/nix/hash.js

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
        return fromBase32(digits);
    return /^[A-Za-z0-9+/]+={0,2}$/.test(digits) ? Buffer.from(digits, 'base64') : undefined;
}
/** As SRI, or undefined where it is no hash. */
function hash_sriOf(hash) {
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
    return `sha256:${toBase32(Buffer.from(sri.slice('sha256-'.length), 'base64'))}`;
}

;// CONCATENATED MODULE: ./build/js/report/hash-place.js


/** What stands for the hash of nothing in particular: nixpkgs' fakes, and no hash at all. */
const NO_HASH = /\bfake(?:Hash|Sha256|Sha512)\b|\b(?:\w*[hH]ash|sha256|sha512)\s*=\s*(?:""|'''')/;
/**
 * Where a hash is written down, in any of Nix's spellings.
 * @param wanted as Nix prints it
 * @param name of the derivation: where the hash is in several places, those that name it come first
 */
function placesOfHash(files, wanted, name) {
    const spelt = spellings(wanted);
    if (spelt === undefined)
        return [];
    const stem = name.replace(/-\d.*$|\.\w+$/, '').toLowerCase();
    const found = [];
    for (const { path, text } of files) {
        const fake = spelt.zero && NO_HASH.test(text);
        if (!fake && !spelt.texts.some((spelling) => text.includes(spelling)))
            continue;
        const lines = text.split('\n');
        for (const [index, line] of lines.entries()) {
            if (!spelt.texts.some((spelling) => line.includes(spelling)) && !(fake && NO_HASH.test(line)))
                continue;
            const around = lines
                .slice(Math.max(0, index - NEAR), index + NEAR + 1)
                .join('\n')
                .toLowerCase();
            found.push({ file: path, line: index + 1, near: around.includes(stem) });
        }
    }
    return found.sort((a, b) => Number(b.near) - Number(a.near)).map(({ file, line }) => ({ file, line }));
}
/** Lines before and after the hash where a derivation's name mostly is. */
const NEAR = 10;
/** Undefined of what is no hash: a flake may throw any text, and a build print any message. */
function spellings(wanted) {
    const [, base64] = hash_sriOf(wanted)?.split('-') ?? [];
    if (base64 === undefined)
        return undefined;
    const bytes = Buffer.from(base64, 'base64');
    const hex = bytes.toString('hex');
    // base 64 is part of the SRI form, and of `sha256:<base 64>`; Nix takes it without its padding, and large digits in hex
    return {
        texts: [base64.replace(/=+$/, ''), hex, hex.toUpperCase(), toBase32(bytes)],
        zero: bytes.every((byte) => byte === 0),
    };
}

;// CONCATENATED MODULE: ./build/js/report/checkout.js



const MOST_FILES = 5000;
const LARGEST_FILE = 1024 * 1024;
/** What Nix reads, and what is made to hold nothing but a hash (`go.mod.sri`, `vendor-hash.txt`). */
const READ = /\.(?:nix|json|lock|toml|ya?ml|sri|sha256|sha512|hash|txt)$/;
const SKIPPED = new Set(['.git', 'node_modules', 'target', 'dist']);
/** Of a flake that is not on this machine. */
const checkout_NO_CHECKOUT = { placesOf: () => [], placeIn: () => undefined };
/** @param url as `nix flake metadata` gives it @param workspace folder of the job's checkouts */
function openCheckout(url, workspace) {
    const folder = checkoutFolder(url);
    if (folder === undefined)
        return checkout_NO_CHECKOUT;
    return {
        placesOf: ({ name, wanted }) => placesOfHash(checkedOutFiles(folder, workspace), wanted, name),
        placeIn: (error) => {
            // as explain.ts writes places; of a Git checkout the newer Nix names the file itself, not its copy in the store
            for (const [, named = '', number] of error.matchAll(/ \(([^()\n]+):(\d+):\d+\)/g)) {
                const path = (0,external_node_path_.resolve)(folder, named);
                const file = fromWorkspace(path, workspace);
                const lines = file === undefined ? 0 : (textOf(path)?.split('\n').length ?? 0);
                if (file !== undefined && Number(number) <= lines)
                    return { file, line: Number(number) };
            }
            return undefined;
        },
    };
}
/**
 * The folder of a flake that is a checkout on this machine; undefined for any other.
 * @param url as `nix flake metadata` gives it
 */
function checkoutFolder(url) {
    const path = /^(?:git\+file:\/\/|path:|file:\/\/)?(\/[^?#]*)/.exec(url)?.[1];
    return path === undefined || path.startsWith('/nix/store/') ? undefined : decodeURIComponent(path);
}
/**
 * The files of a checkout that may hold hashes, a bounded number, those near its root first. What cannot be read is
 * left out: nothing depends on it.
 * @param workspace paths are given from here @returns nothing where the folder is outside of it
 */
function* checkedOutFiles(folder, workspace) {
    const inside = fromWorkspace(folder, workspace);
    if (inside === undefined)
        return;
    let left = MOST_FILES;
    for (const path of filesBelow(folder)) {
        if (left-- === 0)
            return;
        const text = textOf(path);
        if (text !== undefined)
            yield { path: (0,external_node_path_.join)(inside, (0,external_node_path_.relative)(folder, path)), text };
    }
}
function* filesBelow(root) {
    const folders = [root];
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
        for (const entry of entriesOf(folder)) {
            if (entry.isFile() && READ.test(entry.name))
                yield (0,external_node_path_.join)(folder, entry.name);
            if (entry.isDirectory() && !SKIPPED.has(entry.name))
                folders.push((0,external_node_path_.join)(folder, entry.name));
        }
    }
}
function fromWorkspace(folder, workspace) {
    try {
        const path = (0,external_node_path_.relative)((0,external_node_fs_.realpathSync)(workspace), (0,external_node_fs_.realpathSync)(folder));
        return path === '..' || path.startsWith('../') ? undefined : path;
    }
    catch {
        return undefined;
    }
}
function entriesOf(folder) {
    try {
        return (0,external_node_fs_.readdirSync)(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    }
    catch {
        return [];
    }
}
function textOf(path) {
    try {
        return (0,external_node_fs_.lstatSync)(path).size > LARGEST_FILE ? undefined : (0,external_node_fs_.readFileSync)(path, 'utf8');
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/js/report/annotations.js



/** GitHub drops what a step annotates beyond ten errors (actions/toolkit: docs/problem-matchers.md). */
const MOST_ERRORS = 10;
const annotations_LAST_LINES = 5;
/**
 * One annotation for each root failure, the worst first: packages that fell with the same derivation are counted, not
 * repeated. At most ten errors, the last one counting the rest.
 * @param checkout where they are shown
 */
function annotationsOf(results, pushes, onPushFailure, checkout = NO_CHECKOUT) {
    const builds = failuresOf(results).map((group) => buildAnnotation(group, checkout));
    const push = pushes
        .filter(({ status }) => status === 'failed')
        .map(({ destination, reason }) => ({
        level: onPushFailure === 'fail' ? 'error' : 'warning',
        text: `The push to ${destination} failed: ${reason ?? 'no reason was given'}`,
        where: { title: 'Push failed' },
    }));
    const pushErrors = push.filter(({ level }) => level === 'error');
    const warnings = [...push.filter(({ level }) => level === 'warning'), ...noteAnnotations(results)].slice(0, MOST_ERRORS);
    const all = builds.length + pushErrors.length;
    if (all <= MOST_ERRORS)
        return [...builds, ...pushErrors, ...warnings];
    // the last one counts the rest, and one of each kind is told
    const shown = [...builds.slice(0, MOST_ERRORS - 1 - Math.min(1, pushErrors.length)), ...pushErrors].slice(0, MOST_ERRORS - 1);
    const text = `${all - shown.length} more failures are in the job summary.`;
    return [...shown, { level: 'error', text, where: { title: 'More failures' } }, ...warnings];
}
function notesOf(results) {
    const noted = new Map();
    for (const result of results)
        for (const text of result.notes ?? [])
            noted.set(text, [...(noted.get(text) ?? []), result]);
    return [...noted].map(([text, packages]) => ({ text, packages }));
}
const noteAnnotations = (results) => notesOf(results).map(({ text, packages }) => ({
    level: 'warning',
    text: `${namesOf(packages)}: ${text}`,
    where: { title: `${namesOf(packages.slice(0, 1))} is to be looked at` },
}));
/**
 * The failed packages, those together that fell with the same derivation, the one that it is of before the others. Those
 * that most fell with come first.
 */
function failuresOf(results) {
    const roots = new Map();
    for (const result of results.filter(({ status }) => status === 'failed')) {
        const root = rootOf(result);
        const known = roots.get(root);
        if (known === undefined)
            roots.set(root, [result]);
        else
            known.push(result);
    }
    return [...roots.values()]
        .map((group) => [...group].sort((a, b) => Number(isDependent(a)) - Number(isDependent(b))))
        .sort((a, b) => b.length - a.length);
}
/** Failures of one derivation have one text but for the package that needs it. */
const rootOf = ({ error = '', log = [] }) => [error.replace(NEEDED, '$1'), ...log].join('\n');
const isDependent = ({ error = '' }) => NEEDED.test(error);
const NEEDED = /^(\S+), which .*? needs,/;
function buildAnnotation(group, checkout) {
    const [{ plan, error = 'it was not built', log = [], ...rest }] = group;
    const strategy = plan.choice === undefined ? '' : `, ${plan.choice.strategy}`;
    const others = group.length === 1 ? [] : [fallenWith(group)];
    const tail = log.length === 0 ? [] : ['The log ends with:', ...log.slice(-annotations_LAST_LINES).map((line) => `  ${line}`)];
    // what an evaluation fetches is no derivation
    const mismatch = rest.mismatch ?? mismatchIn(error);
    const hash = mismatch === undefined ? { text: [], where: {} } : rightHash(mismatch, checkout.placesOf(mismatch));
    const place = checkout.placeIn(error);
    return {
        level: 'error',
        text: [`${plan.package} for ${plan.target.name}${strategy}: ${error}`, ...hash.text, ...others, ...tail].join('\n'),
        where: { title: `${plan.package} for ${plan.target.name} failed`, ...whereOf(place), ...hash.where },
    };
}
/** What to write instead of a wrong hash, and where. */
function rightHash(mismatch, places) {
    const got = sriOf(mismatch.got) ?? mismatch.got;
    const [first, ...others] = places;
    if (first === undefined)
        return { text: [`The right hash: ${got}`], where: {} };
    const rest = others.slice(0, MOST_ERRORS).map(({ file, line }) => `${file}:${line}`);
    const also = rest.length === 0 ? '' : ` (the old one is also at ${rest.join(', ')})`;
    return {
        text: [`The right hash, to be written at ${first.file}:${first.line}: ${got}${also}`],
        where: whereOf(first),
    };
}
/** A place as annotations have it. */
const whereOf = (place) => place === undefined ? {} : { file: place.file, startLine: place.line };
/** @param group more than one */
const fallenWith = (group) => `${group.length - 1} other package(s) failed with it: ${namesOf(group.slice(1))}`;
const namesOf = (results) => {
    const names = results.slice(0, MOST_ERRORS).map(({ plan }) => `${plan.package} for ${plan.target.name}`);
    return results.length > names.length ? `${names.join(', ')}, …` : names.join(', ');
};

;// CONCATENATED MODULE: ./build/js/report/markdown.js

// Attribute names, descriptions and logs come from flakes: whatever they hold must show as text (threat model, S23).
// Character references are text to GitHub's Markdown in every place: they open no element, link, emphasis or cell.
const reference = (character) => `&#${character.codePointAt(0)};`;
/** What could mean something in running text: HTML, emphasis, links, math, mentions, issue numbers, autolinks. */
const IN_PROSE = /[&<>`*~|[\]\\$^]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|@(?=\w)|#(?=\d)|:(?=\/\/)|(?<=\bwww)\./gi;
/** Text on one line, anywhere in Markdown but at the beginning of a block. */
const prose = (text) => oneLine(text).replace(IN_PROSE, reference);
/** A code span; in table cells too. */
function code(text) {
    const line = oneLine(text);
    if (line === '')
        return '';
    return /[`|\\]/.test(line) ? `<code>${line.replace(/[^A-Za-z0-9 /.-]/gu, reference)}</code>` : `\`${line}\``;
}
/** A block of text as it is, with line ends. */
const preformatted = (lines) => {
    const text = plainText(lines.join('\n')).replace(/[&<>]/g, reference);
    // an empty first line would be swallowed, and a blank line ends a <details> around it in some renderers
    return `<pre>\n${text}\n</pre>`;
};
/** A folded block. @param content Markdown */
const details = (title, content) => `<details><summary>${prose(title)}</summary>\n\n${content}\n\n</details>`;
/** A table. @param rows cells in Markdown, without line ends */
function table(head, rows) {
    const line = (cells) => `| ${cells.join(' | ')} |`;
    return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
const oneLine = (text) => log_text_plainText(text).replace(/\s+/g, ' ').trim();
/** A word for a POSIX shell, quoted where it must be. */
const shellWord = (word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

;// CONCATENATED MODULE: ./build/js/report/matrix-summary.js



/** GitHub drops a summary above 1 MiB. */
const matrix_summary_LARGEST = 900 * 1024;
/** The job summary of the plan: its jobs, what cannot be had, what needs no job. */
function renderMatrixSummary(record) {
    for (const rows of [500, 100, 10]) {
        const text = render(record, rows);
        if (Buffer.byteLength(text) <= matrix_summary_LARGEST)
            return text;
    }
    return `${headline(record)}\n\nThe rest would be larger than GitHub takes; see the outputs and the log.\n`;
}
function render(record, rows) {
    const { jobs, entries, leftOut, flake } = record;
    const of = (status) => entries.filter((entry) => entry.status === status);
    const parts = [
        headline(record),
        `Flake ${code(flake.url)}`,
        jobTable(jobs, rows),
        packageTable('### These cannot be had; their jobs will fail', of('failed'), rows),
        folded('Packages that need no job', of('skipped'), rows),
        leftOut.length === 0
            ? ''
            : details('Systems that are left out', table(['System', 'Why'], leftOut.map(({ system, reason }) => [code(system), prose(reason)]))),
    ];
    return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
function headline({ jobs, entries }) {
    const failed = entries.filter(({ status }) => status === 'failed').length;
    const skipped = entries.filter(({ status }) => status === 'skipped').length;
    const also = [
        ...(skipped > 0 ? [`${skipped} need none`] : []),
        ...(failed > 0 ? [`${failed} cannot be had`] : []),
    ].map((text) => `, ${text}`);
    return `## ${failed > 0 ? '⚠️' : '🗺️'} ${(0,units/* count */.U9)(jobs.length, 'job')} for ${(0,units/* count */.U9)(entries.length, 'package')}${also.join('')}`;
}
const MOST_NAMES = 12;
function jobTable(jobs, rows) {
    if (jobs.length === 0)
        return 'There is nothing to build.';
    const cells = jobs.slice(0, rows).map(({ target, strategy, runner, entries, cost, reason }) => {
        const names = entries.slice(0, MOST_NAMES).map((entry) => code(entry.package));
        const more = entries.length > MOST_NAMES ? [`and ${entries.length - MOST_NAMES} more`] : [];
        const derivations = new Set(entries.flatMap(({ toBuild }) => toBuild)).size;
        const builds = `${derivations} (${cost === 0 ? 'unknown' : (0,units/* formatSeconds */.Xo)(cost)})`;
        return [code(target), strategy, code(labelText(runner)), [...names, ...more].join(' '), builds, prose(reason)];
    });
    const head = ['Target', 'Strategy', 'Runner', 'Packages', 'To build (estimate)', 'Why'];
    return [table(head, cells), ...moreRows(jobs.length, rows)].join('\n\n');
}
function packageTable(heading, entries, rows) {
    if (entries.length === 0)
        return '';
    const cells = entries.slice(0, rows).map((entry) => [code(entry.target), code(entry.package), prose(entry.reason)]);
    return [heading, table(['Target', 'Package', 'Why'], cells), ...moreRows(entries.length, rows)]
        .filter((part) => part !== '')
        .join('\n\n');
}
const folded = (title, entries, rows) => entries.length === 0 ? '' : details(title, packageTable('', entries, rows));
const moreRows = (length, rows) => length > rows ? [`… and ${length - rows} more; see the output ${code('plan')}.`] : [];

;// CONCATENATED MODULE: ./build/js/report/results.js
/** Milliseconds are enough for a report. */
const rounded = (seconds) => Math.round(seconds * 1000) / 1000;
/** The output `results` (docs: contract). */
const resultObjects = (results) => results.map(({ plan, status, seconds, closureSize, error, notes = [] }) => ({
    target: plan.target.name,
    package: plan.package,
    strategy: plan.choice?.strategy ?? null,
    method: plan.choice?.method ?? null,
    reason: plan.reason,
    drvPath: plan.choice?.evaluated.drvPath ?? null,
    outputs: plan.choice?.evaluated.outputs ?? {},
    status,
    seconds: rounded(seconds),
    closureSize: closureSize ?? null,
    error: error ?? null,
    notes,
}));
const attemptObject = ({ plan: { choice }, seconds, error }) => ({
    strategy: choice?.strategy ?? null,
    method: choice?.method ?? null,
    hybrid: choice?.hybrid === true,
    drvPath: choice?.evaluated.drvPath ?? null,
    seconds: rounded(seconds),
    error: error ?? null,
});
/** The output `plan`. */
const planObjects = (results) => results.map(({ plan, attempts = [] }) => ({
    target: plan.target.name,
    package: plan.package,
    reason: plan.reason,
    candidates: plan.candidates.map(candidateObject),
    attempts: attempts.map(attemptObject),
}));
const candidateObject = ({ strategy, method, hybrid, attribute, chosen, reason, evaluated, cost, }) => ({
    strategy,
    method: method ?? null,
    hybrid: hybrid === true,
    attribute,
    chosen,
    reason,
    system: evaluated?.system ?? null,
    drvPath: evaluated?.drvPath ?? null,
    cost: cost === undefined ? null : costObject(cost),
});
const costObject = ({ toBuild, bytesToFetch, seconds, closure }) => ({
    toBuild,
    bytesToFetch,
    seconds: rounded(seconds),
    closure,
});
/** GitHub takes 1 MB of outputs from a job, and counts UTF-16; each of the two large ones gets half. */
const LONGEST_OUTPUT = 250_000;
const SHORT_ERROR = 300;
/**
 * The two JSON outputs as text. Where one would be too large, the least useful goes first: long errors and notes,
 * candidates that were not chosen, then entries from the end.
 */
function outputTexts(results) {
    const objects = resultObjects(results);
    const plans = planObjects(results);
    const short = (text) => text && (text.length > SHORT_ERROR ? `${text.slice(0, SHORT_ERROR)}…` : text);
    const forms = [objects, objects.map((object) => ({ ...object, error: short(object.error), notes: [] }))];
    const planForms = [
        plans,
        plans.map((plan) => ({ ...plan, candidates: plan.candidates.filter(({ chosen }) => chosen) })),
        plans.map((plan) => ({ ...plan, candidates: [] })),
    ];
    const [shownResults, shownPlan] = [fitting(forms), fitting(planForms)];
    return {
        results: shownResults,
        plan: shownPlan,
        shortened: shownResults !== JSON.stringify(objects) || shownPlan !== JSON.stringify(plans),
    };
}
/** The first of the forms that GitHub takes as an output; of the last one as many entries as it takes. */
function fitting(forms) {
    const texts = forms.map((form) => JSON.stringify(form));
    const found = texts.find((text) => text.length <= LONGEST_OUTPUT);
    if (found !== undefined)
        return found;
    const kept = [];
    let length = 2;
    for (const text of (forms.at(-1) ?? []).map((item) => JSON.stringify(item))) {
        length += text.length + 1;
        if (length > LONGEST_OUTPUT)
            break;
        kept.push(text);
    }
    return `[${kept.join(',')}]`;
}

;// CONCATENATED MODULE: ./build/js/report/matrix.js









const LONGEST_REASON = 300;
/** GitHub takes 1 MB of outputs from a job, and counts UTF-16. */
const LONGEST_MATRIX = 500_000;
/** The output `matrix`: for `strategy.matrix` as it is. @throws UserError where GitHub would not take it */
function matrixText(jobs) {
    const include = jobs.map(({ target, entries, strategy, runner, reason, cost }) => ({
        target,
        packages: entries.map((entry) => entry.package).join(' '),
        strategy,
        runner,
        reason: bound(reason, LONGEST_REASON),
        cost,
    }));
    const text = JSON.stringify({ include });
    if (text.length <= LONGEST_MATRIX)
        return text;
    throw new runner_errors/* UserError */.yo(`the matrix has ${text.length} characters, and GitHub takes no more than 1 MB of outputs from a job: name fewer packages or targets`);
}
/** The output `plan`: what became of each package. Where it would be too large, the least useful goes first. */
function planText({ entries, jobs }) {
    const objects = entries.map((entry) => ({
        target: entry.target,
        package: entry.package,
        status: entry.status,
        strategy: entry.strategy,
        method: entry.method ?? null,
        reason: entry.reason,
        runner: entry.status === 'skipped' ? null : entry.runner,
        drvPath: entry.drvPath ?? null,
        toBuild: entry.toBuild.length,
        /** Place of its job in the matrix. */
        job: entry.status === 'skipped' ? null : jobs.findIndex((job) => job.entries.includes(entry)),
    }));
    const text = fitting([
        objects,
        objects.map(({ reason, ...rest }) => ({ ...rest, reason: bound(reason, 60) })),
        objects.map(({ reason: _, drvPath: __, runner: ___, method: ____, ...rest }) => rest),
    ]);
    return { text, shortened: text !== JSON.stringify(objects) };
}
/** Tells the plan: outputs, job summary, log, a warning for each package that cannot be had. */
async function reportMatrix(runner, record) {
    const { job, log } = runner;
    const { jobs, entries, leftOut } = record;
    job.output('matrix', matrixText(jobs));
    job.output('has-jobs', String(jobs.length > 0));
    const plan = planText(record);
    job.output('plan', plan.text);
    if (plan.shortened)
        log.warning('The output plan was shortened: GitHub takes 1 MB of outputs from a job');
    await job.summary(renderMatrixSummary(record));
    for (const { system, reason } of leftOut)
        log.info(`${system} is left out: ${reason}`);
    for (const entry of entries.filter(({ status }) => status === 'skipped'))
        log.info(`${entry.package} for ${entry.target} needs no job: ${entry.reason}`);
    for (const [index, { target, strategy, runner: label, entries: own, reason }] of jobs.entries()) {
        const packages = own.map((entry) => entry.package).join(' ');
        log.info(`job ${index + 1}: ${target} (${strategy}) on ${labelText(label)}: ${packages}: ${reason}`);
    }
    warnFailed(runner, record);
    log.info(`${(0,units/* count */.U9)(jobs.length, 'job')} for ${(0,units/* count */.U9)(entries.length, 'package')}`);
}
/** GitHub shows ten warnings of a step. */
const MOST_WARNINGS = 9;
function warnFailed({ log, facts }, { entries, flake }) {
    const checkout = openCheckout(flake.url, facts.workspace);
    const placeOf = (reason) => {
        const mismatch = explain_store_mismatchIn(reason);
        return checkout.placeIn(reason) ?? (mismatch && checkout.placesOf(mismatch)[0]);
    };
    const failed = entries.filter(({ status }) => status === 'failed');
    for (const entry of failed.slice(0, MOST_WARNINGS))
        log.warning(`${entry.package} for ${entry.target}: ${entry.reason}`, {
            title: 'This job will fail',
            ...whereOf(placeOf(entry.reason)),
        });
    const more = failed.slice(MOST_WARNINGS);
    if (more.length > 0)
        log.warning(`${more.length} more cannot be had: ${more.map((entry) => `${entry.package} for ${entry.target}`).join(', ')}`);
}

;// CONCATENATED MODULE: ./build/js/nix/decode.js
/** JSON that is not as expected; the message names the place, `$[0].narHash: expected text, got 12`. */
class DecodeError extends Error {
    name = 'DecodeError';
}
const fail = (at, expected, value) => {
    const shown = JSON.stringify(value) ?? 'nothing';
    throw new DecodeError(`${at}: expected ${expected}, got ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`);
};
const decode_text = (value, at) => (typeof value === 'string' ? value : fail(at, 'text', value));
/** A finite number that is not negative. */
const quantity = (value, at) => typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : fail(at, 'a number', value);
const list = (item) => (value, at) => Array.isArray(value) ? value.map((element, index) => item(element, `${at}[${index}]`)) : fail(at, 'a list', value);
/** An object with any keys. */
const dictionary = (item) => (value, at) => new Map(Object.entries(object(value, at)).map(([key, element]) => [key, item(element, member(at, key))]));
const object = (value, at) => typeof value === 'object' && value !== null && !Array.isArray(value)
    ? value
    : fail(at, 'an object', value);
/** The member `key` of an object, decoded. */
const field = (value, at, key, decode) => {
    const members = object(value, at);
    return Object.hasOwn(members, key)
        ? decode(members[key], member(at, key))
        : fail(member(at, key), 'a value', undefined);
};
/** The same, undefined where the member is absent or null. */
const optional = (value, at, key, decode) => {
    const members = object(value, at);
    const found = Object.hasOwn(members, key) ? members[key] : undefined;
    return found === undefined || found === null ? undefined : decode(found, member(at, key));
};
const member = (at, key) => /^[A-Za-z_]\w*$/.test(key) ? `${at}.${key}` : `${at}[${JSON.stringify(key)}]`;
/** Parses and decodes a document. @param source what printed it, for the error @throws DecodeError */
function decodeJson(source, document, decode) {
    let value;
    try {
        value = JSON.parse(document);
    }
    catch {
        throw new DecodeError(`${source} printed no JSON: ${JSON.stringify(document.slice(0, 80))}`);
    }
    try {
        return decode(value, '$');
    }
    catch (error) {
        if (error instanceof DecodeError)
            throw new DecodeError(`${source} printed JSON of a form that is not known: ${error.message}`);
        throw error;
    }
}

;// CONCATENATED MODULE: ./build/js/nix/store-path.js
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

;// CONCATENATED MODULE: ./build/js/nix/dry-run.js

const UNITS = {
    K: 2 ** 10,
    M: 2 ** 20,
    G: 2 ** 30,
    T: 2 ** 40,
    P: 2 ** 50,
    E: 2 ** 60,
};
/**
 * Reads the lists that Nix prints on stderr (src/libmain/shared.cc, printMissing; 2.8 to 2.35), in the plain log
 * format. Lines of other kinds are skipped.
 */
function parseDryRun(stderr) {
    const toBuild = [];
    const toFetch = [];
    const unknown = [];
    let bytes = { bytesToFetch: 0, bytesUnpacked: 0 };
    let take;
    for (const line of stderr.split('\n')) {
        const fetched = /^th(?:is path|ese \d+ paths) will be fetched \((\S+) (.?)i?B download, (\S+) (.?)i?B unpacked\):/.exec(line);
        if (fetched !== null) {
            bytes = { bytesToFetch: size(fetched[1], fetched[2]), bytesUnpacked: size(fetched[3], fetched[4]) };
            take = (path) => toFetch.push(parseStorePath(path));
        }
        else if (/^th(?:is derivation|ese \d+ derivations) will be built:/.test(line)) {
            take = (path) => toBuild.push(parseDrvPath(path));
        }
        else if (/^don't know how to build these paths.*:/.test(line)) {
            take = (path) => unknown.push(parseStorePath(path));
        }
        else if (/^ {2}\/\S+$/.test(line))
            take?.(line.trim());
        else
            take = undefined;
    }
    return { toBuild, toFetch, unknown, ...bytes };
}
const size = (number = '0', unit = '') => Math.round(Number(number) * (UNITS[unit] ?? 1)) || 0;

;// CONCATENATED MODULE: ./build/js/nix/json.js






/**
 * Parses `nix path-info --json` of Nix 2.8 to 2.35: a list (to 2.18), an object by path, or (`--json-format 2`)
 * `{ info, storeDir }` with base names. Paths that are not valid have no entry.
 * @throws DecodeError
 */
function json_parsePathInfos(document) {
    return decodeJson('nix path-info', document, (value, at) => {
        if (Array.isArray(value)) {
            const valid = value.map((item, index) => [item, `${at}[${index}]`]).filter(([item]) => isValid(item));
            return valid.map(([item, where]) => pathInfo(field(item, where, 'path', decode_text), item, where, '/nix/store'));
        }
        const members = object(value, at);
        const wrapped = Object.hasOwn(members, 'info') && Object.hasOwn(members, 'storeDir');
        const store = wrapped ? field(value, at, 'storeDir', decode_text) : '/nix/store';
        const [infos, place] = wrapped ? [members.info, `${at}.info`] : [value, at];
        const items = dictionary((item, where) => [item, where])(infos, place);
        return [...items].flatMap(([path, [item, where]]) => (isValid(item) ? [pathInfo(path, item, where, store)] : []));
    });
}
/** 2.8 writes `valid: false`, later ones null, for a path that is not there. */
const isValid = (item) => item !== null && !(typeof item === 'object' && 'valid' in item && item.valid === false);
function pathInfo(path, value, at, store) {
    const full = (name) => (name.startsWith('/') ? name : `${store}/${name}`);
    const deriver = optional(value, at, 'deriver', decode_text);
    const ca = optional(value, at, 'ca', contentAddress);
    const closureSize = optional(value, at, 'closureSize', quantity);
    const downloadSize = optional(value, at, 'downloadSize', quantity);
    const url = optional(value, at, 'url', decode_text);
    return {
        path: storePath(full(path), at),
        narHash: field(value, at, 'narHash', sriHash),
        narSize: field(value, at, 'narSize', quantity),
        references: field(value, at, 'references', list((item, where) => storePath(full(decode_text(item, where)), where))),
        signatures: optional(value, at, 'signatures', list(signature)) ?? [],
        // `unknown-deriver` in narinfos of old caches
        ...(deriver?.endsWith('.drv') ? { deriver: parseDrvPath(full(deriver)) } : {}),
        ...(ca === undefined ? {} : { ca }),
        ...(closureSize === undefined ? {} : { closureSize }),
        ...(downloadSize === undefined ? {} : { downloadSize }),
        ...(url === undefined ? {} : { url }),
    };
}
function storePath(path, at) {
    try {
        return parseStorePath(path);
    }
    catch {
        throw new DecodeError(`${at}: not a store path: ${path}`);
    }
}
const sriHash = (value, at) => {
    try {
        return toSri(value);
    }
    catch (error) {
        throw new DecodeError(`${at}: ${error instanceof Error ? error.message : String(error)}`);
    }
};
const contentAddress = (value, at) => typeof value === 'string' ? value : `${field(value, at, 'method', decode_text)}:${field(value, at, 'hash', sriHash)}`;
/** `name:base64`, since 2.35 also `{ keyName, sig }`. */
const signature = (value, at) => typeof value === 'string' ? value : `${field(value, at, 'keyName', decode_text)}:${field(value, at, 'sig', decode_text)}`;
/** Parses `nix flake metadata --json` of Nix 2.8 to 2.35. @throws DecodeError */
const parseFlakeMetadata = (document) => decodeJson('nix flake metadata', document, (value, at) => ({
    url: optional(value, at, 'url', decode_text) ?? field(value, at, 'resolvedUrl', decode_text),
    revision: optional(value, at, 'revision', decode_text),
    dirtyRevision: optional(value, at, 'dirtyRevision', decode_text),
    description: optional(value, at, 'description', decode_text),
    lastModified: optional(value, at, 'lastModified', quantity),
    path: optional(value, at, 'path', decode_text),
    inputs: lockedInputs(optional(value, at, 'locks', object)?.nodes),
}));
/** Only for telling one lock from another: what has an unknown form is left out. */
function lockedInputs(nodes) {
    const found = new Map();
    for (const [name, node] of Object.entries((nodes ?? {}))) {
        const { locked } = (node ?? {});
        const revision = locked?.rev ?? locked?.narHash;
        if (typeof revision === 'string')
            found.set(name, revision);
    }
    return found;
}
/** Parses `nix config show --json` (`nix show-config --json` before 2.17): name → value in force. @throws DecodeError */
const parseConfig = (document) => decodeJson('nix config show', document, dictionary((value, at) => field(value, at, 'value', settingValue)));
const settingValue = (value, at) => {
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
        return value;
    // 2.8 shows experimental features as numbers of an enumeration
    return Array.isArray(value) ? list((item) => String(item))(value, at) : object(value, at);
};

;// CONCATENATED MODULE: ./build/js/strategy/flake.js







const FETCH_LIMIT_SECONDS = 1800;
/**
 * Opens a flake. A folder is evaluated as it is; of anything else it is read first what it is, or several processes
 * would fetch it.
 * @throws UserError where it is not there or is no flake
 */
async function openFlake(runner, nix, reference) {
    let reading;
    const read = () => {
        if (reading === undefined) {
            reading = readFlake(runner, nix, reference);
            reading.catch(() => undefined); // thrown to all who wait for it, be it later
        }
        return reading;
    };
    const folder = folderOf(reference);
    // Nix before 2.14 does not tell a flake's folder within its source; its URL does.
    if (folder === undefined || !(0,version/* atLeast */.jZ)(nix.version, '2.14'))
        return { reference: (await read()).url, read };
    return { reference: folder, read };
}
/** A flake's own folder, where it is named by its path and nothing else, in letters that Nix takes as they are. */
function folderOf(reference) {
    const folder = (0,external_node_path_.resolve)(reference);
    const isPlain = /^[./]/.test(reference) && /^[\w./+-]+$/.test(folder);
    return isPlain && (0,external_node_fs_.existsSync)((0,external_node_path_.join)(folder, 'flake.nix')) ? folder : undefined;
}
/** Fetches the flake and reads what it is. */
async function readFlake(runner, nix, reference) {
    const command = nixCommand(nix, 'nix', ['flake', 'metadata', '--json', '--no-write-lock-file', '--', reference]);
    try {
        const { stdout } = await runner.commands.run(command, { timeoutSeconds: FETCH_LIMIT_SECONDS });
        const { url, revision, description, inputs } = parseFlakeMetadata(stdout);
        return { url, revision, description, nixpkgs: nixpkgsOf(inputs) };
    }
    catch (error) {
        if (!(error instanceof runner_errors/* CommandError */.Qd) || error.result.stopped !== undefined)
            throw error;
        const { sentence, advice } = explainNix(error.result.stderr);
        const isFolder = !/^[./]/.test(reference) && (0,external_node_fs_.existsSync)((0,external_node_path_.join)((0,external_node_path_.resolve)(reference), 'flake.nix'));
        const hint = isFolder ? `To mean the folder of that name, write ./${reference}.` : advice;
        throw new runner_errors/* UserError */.yo(`flake: "${reference}" cannot be used: ${sentence} ${hint}`.trim());
    }
}
/** The inputs that are called nixpkgs, or all where none is. */
function nixpkgsOf(inputs) {
    const named = [...inputs].filter(([name]) => /nixpkgs/i.test(name));
    return (named.length > 0 ? named : [...inputs])
        .map(([name, revision]) => `${name}:${revision}`)
        .sort()
        .join(' ');
}

;// CONCATENATED MODULE: ./build/js/nix/store.js



const FEATURES = ['--extra-experimental-features', 'nix-command'];
const QUERY_LIMIT_SECONDS = 600;
/** Paths in one command line: it ends at 2 MB, a path has up to 250 characters. */
const PATHS_A_COMMAND = 5000;
/** A command of the new interface, which a machine's own Nix may have switched off. */
const newCommand = (nix, args, more = {}) => nixCommand(nix, 'nix', [...FEATURES, ...args], more);
/** What a store knows of paths; those that it does not have are left out. @throws CommandError where it does not answer */
async function pathInfos(commands, nix, paths, { recursive = false, store, command = async (args) => newCommand(nix, args) } = {}) {
    const infos = new Map();
    for (const some of slices(paths)) {
        const args = [
            // from 2.33 on the format has to be named
            ...['path-info', '--json', ...(atLeast(nix.version, '2.33') ? ['--json-format', '1'] : [])],
            ...[...(recursive ? ['--recursive'] : []), ...(store === undefined ? [] : ['--store', store]), '--', ...some],
        ];
        const { stdout } = await commands.run(await command(args), { timeoutSeconds: QUERY_LIMIT_SECONDS });
        for (const info of parsePathInfos(stdout))
            infos.set(info.path, info);
    }
    return [...infos.values()];
}
/** Paths in as many lists as command lines are needed for them. */
function slices(paths) {
    const parts = [];
    for (let at = 0; at < paths.length; at += PATHS_A_COMMAND)
        parts.push(paths.slice(at, at + PATHS_A_COMMAND));
    return parts;
}
/** The settings in force. @throws CommandError */
async function configInForce(commands, nix) {
    const show = (0,version/* atLeast */.jZ)(nix.version, '2.20') ? ['config', 'show'] : ['show-config'];
    const { stdout } = await commands.run(newCommand(nix, [...show, '--json']), { timeoutSeconds: 60 });
    return parseConfig(stdout);
}

;// CONCATENATED MODULE: ./build/js/strategy/graph.js

/** What stands for a derivation that cannot be read: of a store elsewhere. */
const graph_UNKNOWN_DERIVATION = {
    system: 'unknown',
    name: '',
    fixedOutput: false,
    trivial: false,
    kind: 'compiler',
    inputs: [],
    outputs: [],
    tools: [],
    features: [],
};
/**
 * What the planner needs from the text of a .drv file (Nix, src/libstore/derivations.cc): inside its strings every
 * quote is escaped, so that `("` begins a tuple.
 */
function readDerivation(path, text) {
    const head = /\],"([a-z0-9_]+(?:-[a-z0-9_]+)?)","([^"]*)",\[/.exec(text);
    const before = text.slice(0, head?.index);
    const inputs = [...before.matchAll(/\("(\/[^"\\]+\.drv)",\(?\[/g)].map((match) => match[1] ?? '');
    const outputs = text.slice(0, text.indexOf('],['));
    const name = storeName(path).replace(/\.drv$/, '');
    const trivial = text.includes('("preferLocalBuild","1")') || text.includes('\\"preferLocalBuild\\":true');
    return {
        system: head?.[1] ?? 'unknown',
        name,
        // an impure one has that word where a download has its hash
        fixedOutput: /\("[^"]*","[^"]*","[^"]*","(?!impure")[^"]+"\)/.test(outputs),
        trivial,
        kind: kindOf(name, trivial, inputs),
        inputs,
        outputs: [...outputs.matchAll(/\("[^"]*","(\/[^"]+)"/g)].map((match) => match[1] ?? ''),
        tools: [head?.[2] ?? '', ...toolsIn(text)].filter((tool) => tool.startsWith('/')).map(storePathOf),
        features: wordsOf(text, 'requiredSystemFeatures'),
    };
}
const storePathOf = (path) => path.split('/').slice(0, 4).join('/');
const toolsIn = (text) => ['nativeBuildInputs', 'depsBuildBuild', 'stdenv'].flatMap((name) => wordsOf(text, name));
/** A list in the environment of a derivation, or in its structured attributes. */
function wordsOf(text, name) {
    const value = between(text, `("${name}","`, '"', '")');
    const structured = between(text, `\\"${name}\\":[`, ']', ']').replaceAll('\\"', '');
    return [...value.split(/\s+/), ...structured.split(',')].filter((word) => word !== '');
}
/** What stands between two marks, where the text goes on with `end` at the first `stop`. */
function between(text, start, stop, end) {
    const from = text.indexOf(start) + start.length;
    const to = from < start.length ? -1 : text.indexOf(stop, from);
    return to >= 0 && text.startsWith(end, to) ? text.slice(from, to) : '';
}
/** Names of what a build needs where an interpreter does most of its work, and where a compiler does. */
const INTERPRETED = /^(?:python3?(?:\.\d+)?|perl5?(?:\.\d+)*|ruby(?:\d|\.)*|node|nodejs|R|lua(?:\d|\.)*|php\d*)-\S+-\d/;
const INTERPRETERS = /-(?:nodejs|yarn|pnpm|npm-config-hook|pypa-build-hook|bundler)\b/;
const COMPILERS = /-(?:stdenv|gcc|clang|cc-wrapper|rustc|cargo|go-\d|ghc|zig|ocaml|swift|openjdk|gnat|gfortran)/;
function kindOf(name, trivial, inputs) {
    if (INTERPRETED.test(name) || inputs.some((input) => INTERPRETERS.test(input)))
        return 'interpreter';
    return !trivial && inputs.some((input) => COMPILERS.test(input)) ? 'compiler' : 'shell';
}
/**
 * Derivations that have to be built for one: those of the graph that it reaches through others of the graph, sorted by name. The
 * graph holds only what neither the store nor a substituter has, so what is behind another is not needed.
 * @param graph is not changed any more: what was found in it once is kept with it
 */
function graph_reachable(graph, root) {
    const index = indexOf(graph);
    const known = index.reached.get(root);
    if (known !== undefined)
        return known;
    const start = index.numbers.get(root);
    const found = start === undefined ? [] : reachedFrom(index, start);
    index.reached.set(root, found);
    return found;
}
/**
 * Numbers of derivations in the graph, from 0 to its size; -1 for one that is not in it.
 * @param paths are not changed any more
 */
function numbersIn(graph, paths) {
    const { numbers, listed } = indexOf(graph);
    return listed.get(paths) ?? paths.map((path) => numbers.get(path) ?? -1);
}
const indexes = new WeakMap();
function indexOf(graph) {
    const known = indexes.get(graph);
    if (known !== undefined)
        return known;
    const named = [...graph].map(([path, { name }]) => ({ path, key: `${name} ${path}` }));
    const paths = named.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ path }) => path);
    const numbers = new Map(paths.map((path, number) => [path, number]));
    const inputs = paths.map((path) => graph.get(path)?.inputs.flatMap((input) => numbers.get(input) ?? []) ?? []);
    const seen = new Int32Array(paths.length).fill(-1);
    const index = { paths, numbers, inputs, seen, reached: new Map(), listed: new WeakMap() };
    indexes.set(graph, index);
    return index;
}
function reachedFrom({ paths, inputs, seen, listed }, start) {
    const open = [start];
    seen[start] = start;
    for (let number = open.pop(); number !== undefined; number = open.pop())
        for (const input of inputs[number] ?? [])
            if (seen[input] !== start) {
                seen[input] = start;
                open.push(input);
            }
    const numbers = [];
    for (let number = 0; number < paths.length; number += 1)
        if (seen[number] === start)
            numbers.push(number);
    const found = numbers.map((number) => paths[number] ?? '');
    listed.set(found, numbers);
    return found;
}

;// CONCATENATED MODULE: ./build/js/strategy/missing.js






const PLANNER_LIMIT_SECONDS = 1800;
/** Keeps a command line below the kernel's limit. */
const MOST_ARGUMENTS = 2000;
const FILES_AT_ONCE = 100;
const WITHOUT_SUBSTITUTERS = ['--option', 'substitute', 'false'];
/**
 * What would have to be built for all derivations together: one `nix-store --realise --dry-run`, then the .drv files
 * of what is missing, instead of a dry run for each.
 */
async function gatherMissing(runner, nix, derivations) {
    const toBuild = new Set();
    const fetchable = new Set();
    // Read while Nix looks: most of it where much is missing, and no more once Nix has told what is.
    const reading = new AbortController();
    const ahead = missing_readClosure(derivations, reading.signal);
    for (const some of inChunks([...new Set(derivations)], MOST_ARGUMENTS)) {
        const missing = await missing_dryRun(runner, nix, some, PLANNER_LIMIT_SECONDS);
        if (missing === undefined) {
            runner.log.warning('What has to be built is not known, all is taken as missing');
            for (const path of some)
                toBuild.add(path);
        }
        for (const path of missing?.toBuild ?? [])
            toBuild.add(path);
        for (const path of missing?.toFetch ?? [])
            fetchable.add(path);
    }
    reading.abort();
    return { graph: await readGraph([...toBuild], await ahead), fetchable };
}
/**
 * What is missing where no substituter is asked: all of it, for a machine that does not have this one's store. Then the
 * files tell, and Nix need not.
 */
async function readMissing(runner, nix, derivations) {
    const graph = await missing_readClosure(derivations);
    const complete = ![...graph.values()].includes(graph_UNKNOWN_DERIVATION);
    return complete ? { graph, fetchable: new Set() } : gatherMissing(runner, nix, derivations);
}
/**
 * Looks up what is missing for the machines of jobs, which have what substituters have: in portions, while others are
 * evaluated.
 * @returns looks up those of the derivations that it has not been given before, and tells what is missing of all given
 */
function openMissing(runner, nix) {
    const gather = nix.substituters.length === 0 ? readMissing : gatherMissing;
    const portions = new Map();
    return async (derivations) => {
        const fresh = [...new Set(derivations)].filter((path) => !portions.has(path));
        const portion = fresh.length === 0 ? undefined : gather(runner, nix, fresh);
        if (portion !== undefined)
            for (const path of fresh)
                portions.set(path, portion);
        return union(await Promise.all(new Set(derivations.flatMap((path) => portions.get(path) ?? []))));
    };
}
const union = (all) => {
    const [only] = all;
    if (all.length === 1 && only !== undefined)
        return only;
    return {
        graph: new Map(all.flatMap(({ graph }) => [...graph])),
        fetchable: new Set(all.flatMap(({ fetchable }) => [...fetchable])),
    };
};
/**
 * What Nix would build and fetch: it asks the store and all substituters itself, 25 paths at once.
 * @param limit seconds for the answers of the substituters; after these they are not asked
 * @returns undefined where Nix cannot tell
 */
async function missing_dryRun(runner, nix, derivations, limit) {
    // With --fallback Nix goes on without a substituter that fails.
    let ways = [[], ['--fallback'], WITHOUT_SUBSTITUTERS];
    for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
        const lines = [];
        const command = nixCommand(nix, 'nix-store', ['--realise', '--dry-run', ...way, ...derivations]);
        const result = await runner.commands.run(command, {
            accept: 'any',
            timeoutSeconds: limit,
            // The result keeps only the end of stderr, and the list of a large flake is longer.
            onLine: (line, stream) => {
                if (stream === 'stderr')
                    lines.push(line);
            },
        });
        if (result.stopped === 'cancelled')
            throw new runner_errors/* CommandError */.Qd(command, result);
        if (result.stopped === undefined && result.exitCode === 0)
            return parseDryRun(lines.join('\n'));
        if (result.stopped === undefined)
            continue;
        runner.log.warning(`The substituters did not say within ${limit} s what they have: taken as if they had nothing`);
        ways = ways.filter((other) => other === WITHOUT_SUBSTITUTERS);
    }
    return undefined;
}
/**
 * Reads .drv files; one that is not there is told as unknown.
 * @param known read before
 */
async function readGraph(paths, known) {
    const graph = new Map();
    for (const some of inChunks(paths, FILES_AT_ONCE)) {
        await (0,promises_.setImmediate)(); // commands are begun, and listened to
        for (const path of some)
            graph.set(path, known.get(path) ?? readFacts(path));
    }
    return graph;
}
/** At once: a promise for each of some thousand small files takes several times longer than reading them. */
function readFacts(path) {
    try {
        return readDerivation(path, (0,external_node_fs_.readFileSync)(path, 'utf8'));
    }
    catch {
        return graph_UNKNOWN_DERIVATION; // a store elsewhere
    }
}
/**
 * The graph of all that derivations need, themselves included: some thousand small files at most.
 * @param signal ends it with what has been read until then
 */
async function missing_readClosure(roots, signal) {
    const graph = new Map();
    for (let open = [...new Set(roots)]; open.length > 0 && signal?.aborted !== true;) {
        const read = await readGraph(open.slice(0, FILES_AT_ONCE), graph);
        for (const [path, facts] of read)
            graph.set(path, facts);
        const next = [...open.slice(FILES_AT_ONCE), ...[...read.values()].flatMap(({ inputs }) => inputs)];
        open = [...new Set(next)].filter((path) => !graph.has(path));
    }
    return graph;
}
function inChunks(items, size) {
    return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

;// CONCATENATED MODULE: ./build/js/strategy/matrix/cached.js






const cached_QUERY_LIMIT_SECONDS = 300;
const cached_MOST_ARGUMENTS = 1000;
/**
 * Which of the paths Nix would fetch on another machine, which does not have this one's store. Nix asks for one narinfo after the
 * other: where those of some paths that a dry run would fetch are signed as they should be, the others are believed to be.
 */
async function whatIsHeld(runner, nix, paths, fetchable) {
    const told = paths.filter((path) => fetchable.has(path));
    const step = Math.ceil(told.length / SAMPLES);
    const sample = new Set(told.filter((_, at) => at % step === 0));
    const some = await inSubstituters(runner, nix, paths.filter((path) => !fetchable.has(path) || sample.has(path)));
    return told.some((path) => some.refused.has(path)) ? await inSubstituters(runner, nix, paths) : some;
}
const SAMPLES = 8;
async function inSubstituters(runner, nix, paths) {
    const fetched = new Set();
    const refused = new Set();
    if (paths.length === 0 || nix.substituters.length === 0)
        return { fetched, refused };
    const keys = await trustedKeys(runner, nix);
    for (const substituter of nix.substituters) {
        const open = paths.filter((path) => !fetched.has(path));
        for (const info of await infosOf(runner, nix, substituter, open))
            (cached_isTrusted(info, substituter, keys) ? fetched : refused).add(info.path);
    }
    for (const path of fetched)
        refused.delete(path);
    return { fetched, refused };
}
async function infosOf(runner, nix, substituter, paths) {
    const infos = [];
    for (const some of inChunks(paths, cached_MOST_ARGUMENTS)) {
        const command = nixCommand(nix, 'nix', ['path-info', '--json', '--store', substituter, ...some]);
        const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: cached_QUERY_LIMIT_SECONDS });
        if (result.exitCode === 0)
            infos.push(...json_parsePathInfos(result.stdout));
        else
            runner.log.debug(`${substituter} does not tell what it has: ${result.stderr}`);
    }
    return infos;
}
/** `trusted-public-keys`; undefined where Nix asks for no signature. */
async function trustedKeys(runner, nix) {
    const config = await configInForce(runner.commands, nix);
    const keys = config.get('trusted-public-keys');
    return config.get('require-sigs') === false ? undefined : Array.isArray(keys) ? keys.map(String) : [];
}
/** As Nix decides (src/libstore/path-info.cc, checkSignatures). */
function cached_isTrusted(info, substituter, keys) {
    if (keys === undefined || info.ca !== undefined || /[?&]trusted=(?:1|true)\b/.test(substituter))
        return true;
    const references = [...info.references].sort().join(',');
    const text = `1;${info.path};${toNarInfoHash(info.narHash)};${info.narSize};${references}`;
    return info.signatures.some((signature) => keys.some((key) => signatureFits(key, text, signature)));
}

;// CONCATENATED MODULE: ./build/js/strategy/attributes.js

/** Splits `packages.x86_64-linux."a.b"` into its names. */
function splitAttributePath(text) {
    return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^."]+)/g)].map(([, quoted, plain]) => quoted === undefined ? (plain ?? '') : unquoted(quoted));
}
/** As joinAttributePath has written it, or somebody who knows Nix (`\${`). */
function unquoted(text) {
    try {
        return JSON.parse(`"${text}"`);
    }
    catch {
        return text.replace(/\\(.)/g, '$1');
    }
}
/** Joins names into what one would write after the `#` of an installable. */
function joinAttributePath(path) {
    return path.map((name) => (/^[A-Za-z_][\w'-]*$/.test(name) ? name : JSON.stringify(name))).join('.');
}
/** `*`, or all derivations right below a set: `checks.{target}.*`. */
const isWildcard = (text) => text === '*' || text.endsWith('.*');
/** The set whose names a wildcard stands for. */
const setOf = (wildcard, system) => wildcard === '*' ? ['packages', system] : splitAttributePath(wildcard.slice(0, -2).replaceAll('{target}', system));
/** A package by the name that a wildcard found, as an input names it. */
const packageText = (wildcard, name) => `${wildcard.slice(0, -1)}${joinAttributePath([name])}`;
/**
 * Where the package itself may be, the first that is there counts: `packages`, then `legacyPackages`, then the old
 * `defaultPackage`, then the text as a full attribute path.
 */
function ownPaths(text, system) {
    const path = splitAttributePath(text.replaceAll('{target}', system));
    const named = [
        ['packages', system, ...path],
        ['legacyPackages', system, ...path],
        ...(text === 'default' ? [['defaultPackage', system]] : []),
    ];
    return text.includes('{target}') ? [path, ...named] : [...named, path];
}
/** Name of the package within its set: `hello` of `packages.{target}.hello`. */
const leaf = (text) => splitAttributePath(text).at(-1) ?? text;
/**
 * Where a flake may declare a cross build of a package: the workflow's own template, then what public flakes do
 * (Nix, patchelf, attic, ghaf, haskell.nix, nix-ld and others).
 */
function declaredPaths(text, target, build, template) {
    const name = leaf(text);
    const cpu = cpuOf(target);
    const buildCpu = build.replace(/-.*/, '');
    const [crossName = target.name] = target.crossNames;
    const own = [target.triple, target.triple.replace('-unknown-', '-'), target.name];
    const exact = target.static ? own.map((suffix) => `static-${suffix}`) : own;
    const suffixes = [...new Set(target.plain ? [...exact, target.system] : exact)];
    const names = [
        ...suffixes.map((suffix) => `${name}-${suffix}`),
        ...(target.plain && cpu !== undefined ? [`${name}-${cpu}`] : []),
        ...suffixes.map((suffix) => `${name}-cross-${suffix}`),
        ...(target.static ? [] : target.crossNames.map((cross) => `${name}-${cross}`)),
        ...(target.static && target.system === build ? [`${name}-static`] : []),
        ...(WINDOWS_SUFFIXES[target.system] ?? []).map((suffix) => `${name}-${suffix}`),
        ...(target.plain ? [`${name}-from-${buildCpu}`, `${name}-cross`] : []),
        ...suffixes.map((suffix) => `cross-${suffix}-${name}`),
        `${target.triple}:${name}`,
    ];
    const filled = (word) => word.replace(/\{(\w+)\}/g, (hole, key) => ({ build, target: target.system, cross: crossName, triple: target.triple, package: name })[key] ?? hole);
    const given = template === undefined ? [] : [splitAttributePath(template).map(filled)];
    return [...given, ...[...new Set(names)].map((word) => ['packages', build, word])];
}
/** What patchelf, nix-gaming and Rust's flakes call their Windows builds. */
const WINDOWS_SUFFIXES = {
    'x86_64-windows': ['win64', 'w64', 'x86_64-pc-windows-gnu'],
    'i686-windows': ['win32', 'w32', 'i686-pc-windows-gnu'],
};
/** The processor alone is Linux on it, for who names a package by it. */
const cpuOf = ({ system }) => system.endsWith('-linux') ? system.replace(/-.*/, '') : undefined;
/** Whether the attribute's name says which target it is for; one that does not must prove it by its host platform. */
function namesTarget(path, target) {
    const word = path.join('.');
    const names = [target.triple, target.name, target.system, cpuOf(target) ?? target.system, ...target.crossNames];
    return names.some((part) => word.includes(part));
}
/** Where a flake that exposes nixpkgs' cross sets has the package. */
function pkgsCrossPaths(text, target, build) {
    const path = splitAttributePath(text);
    const own = path[0] === 'packages' || path[0] === 'legacyPackages' ? path.slice(2) : path;
    const sets = target.crossNames.map((cross) => ['pkgsCross', cross]);
    const found = target.static
        ? [...(target.system === build ? [['pkgsStatic']] : []), ...sets.map((set) => [...set, 'pkgsStatic'])]
        : sets;
    return found.map((set) => ['legacyPackages', build, ...set, ...own]);
}
/** What stands behind the names of cross builds for other systems. */
function foreignSuffixes(system) {
    const others = [...PLATFORMS, ...CROSS_ONLY].filter((platform) => platform.system !== system);
    return others.flatMap(({ system: double, triple }) => [double, triple, triple.replace('-unknown-', '-')]);
}
/**
 * Tells a target's own packages from cross builds that stand beside them by a naming convention
 * (`packages.x86_64-linux.hello-aarch64-unknown-linux-gnu` beside `hello`).
 */
function partitionNames(names, system) {
    const suffixes = foreignSuffixes(system);
    const isForeign = (name) => suffixes.some((suffix) => name.endsWith(`-${suffix}`) && names.includes(name.slice(0, -suffix.length - 1).replace(/-cross$/, '')));
    return { own: names.filter((name) => !isForeign(name)), foreign: names.filter(isForeign) };
}

;// CONCATENATED MODULE: ./build/js/strategy/describe.js

/** A plan for the log: what was chosen and why, then what was not and why. */
function describePlan({ target, package: name, candidates, reason }) {
    const chosen = candidates.find((candidate) => candidate.chosen);
    const heading = chosen === undefined
        ? `${name} for ${target.name}: ${reason}`
        : `${name} for ${target.name}: ${title(chosen)}: ${reason}`;
    const others = candidates.filter((candidate) => candidate !== chosen);
    const why = chosen === undefined ? [] : others.map((candidate) => `  not ${title(candidate)}: ${candidate.reason}`);
    const cost = chosen?.cost === undefined ? [] : [`  ${describeCost(chosen.cost)}`];
    return [heading, ...cost, ...why];
}
function describeCost({ toBuild, bytesToFetch, seconds }) {
    const builds = Object.entries(toBuild).map(([system, count]) => `${count} for ${system}`);
    const fetch = bytesToFetch > 0 ? `, ${(bytesToFetch / 1024 / 1024).toFixed(1)} MiB to fetch` : '';
    const estimate = builds.length === 0 ? '' : `, estimated ${formatSeconds(seconds)} of work`;
    return `derivations to build: ${builds.length === 0 ? 'none' : builds.join(', ')}${fetch}${estimate}`;
}
/** A candidate in a word or two: `cross (transparent, hybrid)`. */
function title({ strategy, method, hybrid }) {
    const more = [method, hybrid === true ? 'hybrid' : undefined].filter((word) => word !== undefined);
    return more.length === 0 ? strategy : `${strategy} (${more.join(', ')})`;
}

;// CONCATENATED MODULE: ./build/js/strategy/facts.js
/** Why a build that runs programs of other systems cannot be had under emulators. */
function emulationProblem(cost, systems, facts) {
    const others = cost?.unemulatable ?? [];
    if (others.length > 0)
        return `it needs ${facts_listed(others)}, whose features an emulated build does not have`;
    return systems.map(facts.emulationProblem).find((problem) => problem !== undefined);
}
const facts_MOST_NAMES = 8;
const facts_listed = (names) => names.length > facts_MOST_NAMES
    ? `${names.slice(0, facts_MOST_NAMES).join(', ')} and ${names.length - facts_MOST_NAMES} more`
    : names.join(', ');
/** Features that what is to be built demands and nobody offers, neither Nix here nor a remote builder. */
function featureProblem(cost, { features, builders }) {
    const offered = [...(features ?? []), ...builders.flatMap((builder) => builder.features)];
    const missing = features === undefined ? [] : (cost?.features ?? []).filter((feature) => !offered.includes(feature));
    return missing.length === 0
        ? undefined
        : `it demands the system feature ${missing.join(' and ')}, which this machine does not offer: see system-features of nix.conf`;
}

;// CONCATENATED MODULE: ./build/js/strategy/builders.js

/**
 * The remote builders that a Nix may use. Never throws: where they cannot be read there are none.
 * @param setting `builders`: lines of builders; `@FILE` names a file with more
 */
async function readBuilders(setting) {
    const lines = setting.split(/[\n;]/).map((line) => line.replace(/#.*/, '').trim());
    const found = await Promise.all(lines.map(async (line) => line.startsWith('@')
        ? await readBuilders(await readFile(line.slice(1), 'utf8').catch(() => ''))
        : parseBuilder(line)));
    return found.flat();
}
/**
 * One line: URI, systems, SSH key, jobs, speed, features, mandatory features, host key; `-` is none (Nix manual,
 * remote builds). The URI alone stands for a machine of this system: it adds nothing here.
 */
function parseBuilder(line) {
    const [uri = '', systems = '-', , , , features = '-', mandatory = '-'] = line.split(/\s+/);
    const words = (text) => (text === '-' ? [] : text.split(',').filter((word) => word !== ''));
    if (uri === '' || words(systems).length === 0)
        return [];
    const full = uri.includes('://') || uri.startsWith('/') ? uri : `ssh://${uri}`;
    return [
        {
            uri: full.replace(/\?.*/, ''),
            systems: words(systems),
            features: [...words(features), ...words(mandatory)],
            mandatory: words(mandatory),
        },
    ];
}
/** The first builder that takes a derivation of the system. */
const builderFor = (builders, system, features) => builders.find((builder) => builder.systems.includes(system) &&
    features.every((feature) => builder.features.includes(feature)) &&
    builder.mandatory.every((feature) => features.includes(feature)));

;// CONCATENATED MODULE: ./build/js/strategy/shares.js

/**
 * Each derivation's share of one dry run for all of them. What has to be built for it is exact; of the bytes, which Nix
 * tells for all together, it gets as many as it has of the paths to fetch.
 * @param graph all derivations with all that they need
 */
function shares_divide(all, roots, graph) {
    const missing = new Map(all.toBuild.map((path) => [path, graph.get(path) ?? UNKNOWN_DERIVATION]));
    const toFetch = new Set(all.toFetch);
    const fetched = (path) => graph.get(path)?.outputs.filter((output) => toFetch.has(output)).length ?? 0;
    const counts = new Map([...graph.keys()].map((path) => [path, fetched(path)]));
    return new Map(roots.map((root) => {
        const isThere = !missing.has(root) && counts.get(root) === 0;
        const needed = isThere ? [] : reachable(graph, root);
        const paths = needed.reduce((sum, path) => sum + (counts.get(path) ?? 0), 0);
        const bytesToFetch = toFetch.size === 0 ? 0 : Math.round((all.bytesToFetch * paths) / toFetch.size);
        return [root, { toBuild: reachable(missing, root), bytesToFetch }];
    }));
}

;// CONCATENATED MODULE: ./build/js/strategy/weights.js
// Estimated seconds on a hosted runner, for comparing ways and jobs, not for telling the time (docs/strategies.md).
const DOWNLOAD = 5;
const TRIVIAL = 2;
/** A derivation of which nothing else is known. */
const ORDINARY = 60;
const HEAVY = 3600;
/** Bytes a second from a binary cache, unpacking included. */
const FETCHED_A_SECOND = 25 * 1024 * 1024;
/** How many times longer a build takes under QEMU user emulation (measured: field notes on emulation, 1.7). */
const EMULATION_FACTORS = { compiler: 13, shell: 17, interpreter: 30 };
/** Programs whose builds are known to take the better part of an hour, or more. */
const HEAVY_NAMES = /^(?:binutils|chromium|clang|electron|firefox|gcc|gdal|ghc|libreoffice|linux|llvm|mesa|mongodb|nodejs|opencv|openjdk|python3\.\d+-torch|qtbase|qtdeclarative|qtwebengine|rocm\w*|rustc|swift|tensorflow|thunderbird|webkitgtk\S*?|zig)-\d/;
/** Builds of one package, whatever its version, at native speed or under QEMU. */
const durationKey = (name, emulated) => `${packageName(name)}${emulated ? ' under QEMU' : ''}`;
/** A GNU triple in a name: nixpkgs adds it to what is cross-compiled, and puts it before compilers. */
const TRIPLE = /(?:^|-)(?:aarch64|alpha|arm\w*|i[3-6]86|loongarch64|m68k|mips\w*|or1k|powerpc\w*|riscv\d+|s390x|sparc\w*|wasm\d+|x86_64)-(?:unknown-|none-|pc-|w64-)?(?:linux|mingw\d+|none|wasi|windows)(?:-(?:cygnus|eabi\w*|elf|gnu\w*|musl\w*|uclibc\w*))?(?=-|$)/;
/** `hello-aarch64-unknown-linux-gnu-2.12` → `hello-2.12`. */
const withoutTriple = (name) => name.replace(TRIPLE, '').replace(/^-/, '');
/** `hello-aarch64-unknown-linux-gnu-2.12` → `hello`; what has no version keeps its name. */
const packageName = (name) => withoutTriple(name).replace(/-\d[^-]*(?:-.*)?$/, '');
/**
 * Estimated seconds for one derivation.
 * @param native systems whose programs the machine executes without an emulator
 * @param emulated its build runs programs of another system, whatever its own system is
 */
function weightOf(derivation, native, durations = new Map(), emulated = isForeign(derivation.system, native)) {
    const { name, kind, fixedOutput, system, trivial } = derivation;
    if (fixedOutput || system === 'builtin')
        return DOWNLOAD;
    const factor = EMULATION_FACTORS[kind];
    if (durations.size > 0) {
        const recorded = durations.get(durationKey(name, emulated));
        if (recorded !== undefined)
            return recorded;
        const otherwise = durations.get(durationKey(name, !emulated));
        if (otherwise !== undefined)
            return emulated ? otherwise * factor : otherwise / factor;
    }
    const usual = trivial ? TRIVIAL : usualOf(name);
    return emulated ? usual * factor : usual;
}
/** By name: the same derivations are weighed for every package that needs them. */
const usualSeconds = new Map();
function usualOf(name) {
    const known = usualSeconds.get(name);
    if (known !== undefined)
        return known;
    const usual = HEAVY_NAMES.test(withoutTriple(name)) ? HEAVY : ORDINARY;
    usualSeconds.set(name, usual);
    return usual;
}
/** A system whose programs the machine does not execute. */
const isForeign = (system, native) => system !== 'builtin' && system.includes('-') && !native.includes(system);
/** Estimated seconds to fetch from binary caches. */
const fetchSeconds = (bytes) => bytes / FETCHED_A_SECOND;
/** Whether it is worth a job in common: downloads and texts are not, or one shared source would glue all together. */
const isWorthSharing = (derivation) => derivation === undefined || weightOf(derivation, [derivation.system]) >= ORDINARY;

;// CONCATENATED MODULE: ./build/js/strategy/costs.js





const SUBSTITUTERS_LIMIT_SECONDS = 60;
/** Each walks through all that a derivation needs: a tenth of a second for a thousand. */
const MOST_DRY_RUNS = 8;
/** Of a build whose own tools run at full speed, and others do not: nothing says how much these do. */
const MIXED_SHARE = 0.5;
/** Speeds without experience; one value for each machine, since what derivations weigh is kept with it. */
function speedsOf(native) {
    const speeds = speedsByNative.get(native) ?? { native, durations: new Map() };
    speedsByNative.set(native, speeds);
    return speeds;
}
const speedsByNative = new WeakMap();
/**
 * What would have to be built and fetched for each derivation, and what that costs. A derivation whose dry run fails
 * has no entry.
 */
async function gatherCosts(runner, nix, derivations, speeds) {
    const distinct = [...new Set(derivations)];
    const reading = readClosure(distinct);
    const missing = await whatIsMissing(runner, nix, distinct, reading);
    const graph = await reading;
    const costs = new Map();
    for (const [drvPath, { toBuild, bytesToFetch }] of missing)
        costs.set(drvPath, costOf(drvPath, toBuild, bytesToFetch, graph, speeds));
    return { costs, graph };
}
/** One dry run for each of a few derivations; for many, one for all. */
async function whatIsMissing(runner, nix, derivations, graph) {
    if (derivations.length > MOST_DRY_RUNS) {
        const all = await dryRun(runner, nix, derivations, SUBSTITUTERS_LIMIT_SECONDS);
        if (all !== undefined)
            return divide(all, derivations, await graph);
    }
    const each = await inParallel(runner.facts.cpus, derivations, async (drvPath) => {
        const told = await dryRun(runner, nix, [drvPath], SUBSTITUTERS_LIMIT_SECONDS);
        return told === undefined ? [] : [[drvPath, told]];
    });
    return new Map(each.flat());
}
/**
 * The cost of what is missing of one derivation.
 * @param toBuild derivations that have to be built for it
 * @param graph holds these and what they need, as far as it is known
 */
function costOf(drvPath, toBuild, bytesToFetch, graph, speeds) {
    const counts = new Map();
    const emulated = [];
    const unemulatable = [];
    const features = new Set();
    let seconds = fetchSeconds(bytesToFetch);
    let nativeSeconds = seconds;
    for (const weight of weightsOf(toBuild, graph, speeds)) {
        counts.set(weight.system, (counts.get(weight.system) ?? 0) + 1);
        if (weight.emulated !== undefined)
            emulated.push(weight.emulated);
        if (weight.unemulatable !== undefined)
            unemulatable.push(weight.unemulatable);
        for (const feature of weight.features)
            features.add(feature);
        seconds += weight.seconds;
        nativeSeconds += weight.nativeSeconds;
    }
    const built = Object.fromEntries(counts);
    return {
        toBuild: built,
        bytesToFetch,
        seconds,
        nativeSeconds,
        emulated: emulated.sort(),
        unemulatable,
        features: [...features],
        closure: toBuild === graph_reachable(graph, drvPath) ? built : bySystem(drvPath, graph),
    };
}
/** By number, kept with the graph and the speeds: most packages of a flake need the same derivations. */
const weighed = new WeakMap();
/** @param graph is not changed any more */
function weightsOf(paths, graph, speeds) {
    const ofGraph = weighed.get(graph) ?? new WeakMap();
    const weights = ofGraph.get(speeds) ?? [];
    weighed.set(graph, ofGraph.set(speeds, weights));
    return numbersIn(graph, paths).map((number, index) => {
        const known = weights[number];
        if (known !== undefined)
            return known;
        const weight = weightIn(graph, paths[index] ?? '', speeds);
        if (number >= 0)
            weights[number] = weight;
        return weight;
    });
}
function weightIn(graph, path, { native, durations }) {
    const facts = graph.get(path) ?? graph_UNKNOWN_DERIVATION;
    const { name, system, features } = facts;
    const foreign = isForeign(system, native);
    const share = foreign ? 1 : emulatedShare(path, graph, native);
    const nativeSeconds = weightOf(facts, native, durations, false);
    return {
        system,
        seconds: share === 0 ? nativeSeconds : share * weightOf(facts, native, durations, true) + (1 - share) * nativeSeconds,
        nativeSeconds,
        emulated: share === 0 ? undefined : foreign ? `${name} (${system})` : name,
        unemulatable: foreign && features.some(isOfMachines) ? `${name} (${features.join(', ')})` : undefined,
        features: features.filter((feature) => !feature.startsWith('gccarch-')),
    };
}
/** Features that an emulated build does not have, whatever the machine says. */
const isOfMachines = (feature) => feature === 'kvm' || feature === 'nixos-test';
/**
 * How much of a build of this machine's own system is emulated, because it runs programs that another system's derivation
 * made (a tool taken from another flake, say): all where its builder is one of them, else half: its own shell and
 * compiler run at full speed.
 */
function emulatedShare(path, graph, native) {
    const { inputs, tools, system } = graph.get(path) ?? graph_UNKNOWN_DERIVATION;
    if (system === 'builtin')
        return 0;
    const foreign = inputs.flatMap((input) => {
        const { outputs, system: made, fixedOutput } = graph.get(input) ?? graph_UNKNOWN_DERIVATION;
        return isForeign(made, native) && !fixedOutput ? outputs : [];
    });
    const used = tools.filter((tool) => foreign.includes(tool));
    if (used.length === 0)
        return 0;
    return used[0] === tools[0] ? 1 : MIXED_SHARE;
}
function bySystem(root, graph) {
    const counts = {};
    for (const path of graph_reachable(graph, root)) {
        const { system } = graph.get(path) ?? graph_UNKNOWN_DERIVATION;
        counts[system] = (counts[system] ?? 0) + 1;
    }
    return counts;
}

;// CONCATENATED MODULE: ./build/js/strategy/own.js







/** The target's own derivation: native, substituted, by a remote builder or emulated, whichever can be had. */
function ownOptions(target, facts, base) {
    const { own } = facts;
    const found = own.status === 'derivation' ? own.found : undefined;
    if (facts.native.includes(target.system))
        return atHome(target, facts, found, base);
    if (found !== undefined && (found.system === 'builtin' || facts.native.includes(found.system)))
        return withOthers(builtHere(target, found, base), facts, undefined, forAnother(target, found));
    return [
        elsewhere(target, facts, found, base),
        {
            candidate: { strategy: 'emulated', ...base.candidate },
            problem: base.problem ?? stray(target, found) ?? ownEmulationProblem(target, facts, found, base),
            merit: target.strategy === 'emulated' ? 'the workflow asks for it' : `QEMU runs the ${target.system} build`,
        },
    ];
}
/** The runner executes the target's programs. */
function atHome(target, facts, found, base) {
    const [runner] = facts.native;
    const who = target.system === runner
        ? `the runner is ${target.system} itself`
        : `the runner (${runner}) executes ${target.system} programs`;
    const merit = `${who}${forAnother(target, found)}`;
    const native = { candidate: { strategy: 'native', ...base.candidate }, problem: base.problem, merit };
    return withOthers(native, facts, misnamed(target, found), forAnother(target, found));
}
/** What is built here may need builds for other systems all the same. @param problem why these are not to be emulated */
function withOthers(native, facts, problem, more) {
    const { candidate } = native;
    const others = strangers(candidate.cost, facts);
    if (others.length === 0)
        return [native];
    const wanted = `what it needs for ${facts_listed(others)}`;
    const why = `neither the runner (${facts.native[0]}) nor a remote builder builds ${wanted}`;
    return [
        { ...native, problem: native.problem ?? why },
        {
            candidate: candidate.strategy === 'cross' ? { ...candidate, hybrid: true } : { ...candidate, strategy: 'emulated' },
            problem: native.problem ?? problem ?? emulationProblem(candidate.cost, others, facts),
            merit: `QEMU builds ${wanted}${more}`,
        },
    ];
}
/** Systems of what is to be built that neither Nix here nor a remote builder builds for. */
const strangers = (cost, { platforms, builders }) => Object.keys(cost?.toBuild ?? {}).filter((system) => isForeign(system, platforms) && !builders.some(({ systems }) => systems.includes(system)));
/** Told, and no fault: a flake may have under the name of a system what runs on another. */
const forAnother = ({ system }, found) => found?.host === undefined || sameSystem(found.host, system) ? '' : `; its result is for ${found.host}`;
/** What the flake has under the name of a system is for it, by whatever it is built. */
const misnamed = (target, found) => found?.path.includes(target.system) ? undefined : stray(target, found);
/** A path such as a NixOS configuration's is for one system, whatever the target: its programs need that one's emulator. */
function stray({ system }, found) {
    const [own, wanted] = [found?.system, system].map((each) => platformOf(each)?.elf);
    if (found === undefined || (0,external_node_util_.isDeepStrictEqual)(own, wanted))
        return undefined;
    const advice = own === undefined ? '' : `: name ${found.system} in targets`;
    return `its derivation ${found.name} is for ${found.system}, not ${system}${advice}`;
}
/** Native without this machine: from a binary cache, or by a builder of the target's kind. */
function elsewhere(target, facts, found, { candidate, problem }) {
    const cost = candidate.cost;
    const cached = cost !== undefined && Object.values(cost.toBuild).every((count) => count === 0);
    const builder = found && builderFor(facts.builders, found.system, found.features);
    const native = { strategy: 'native', ...candidate };
    if (cached || builder === undefined) {
        const notHere = `the runner (${facts.native[0]}) does not execute ${target.system} programs, no binary cache has the outputs, and no remote builder is configured for it`;
        return {
            candidate: native,
            problem: problem ?? (cached ? undefined : notHere),
            merit: 'a binary cache or the local store has every output: nothing to build',
        };
    }
    return {
        candidate: native,
        problem,
        merit: `the remote builder ${builder.uri} is ${target.system}`,
        ...(cost === undefined ? {} : { seconds: cost.nativeSeconds }),
    };
}
/** Some flakes give a foreign system a cross build or plain data, made by a derivation that this machine executes. */
function builtHere(target, found, { candidate, problem }) {
    const merit = `the runner executes it: the flake's own derivation for ${target.system} is one of ${found.system}${forAnother(target, found)}`;
    const isCross = found.host !== undefined && sameSystem(found.host, target.system);
    const kind = isCross ? { strategy: 'cross', method: 'declared' } : { strategy: 'native' };
    return { candidate: { ...kind, ...candidate }, problem, merit };
}
function ownEmulationProblem(target, facts, found, { candidate }) {
    const own = found?.features.filter(isOfMachines) ?? [];
    if (own.length > 0)
        return `it needs the feature ${own.join(' and ')}, which an emulated build does not have`;
    return emulationProblem(candidate.cost, [target.system], facts) ?? featureProblem(candidate.cost, facts);
}

;// CONCATENATED MODULE: ./build/js/strategy/options.js






/** What fetching and registering an emulator takes. */
const REGISTRATION_SECONDS = 5;
/** All ways to have a package for a target, each with its problem or its merit. */
function listOptions(target, facts) {
    const own = target.plain ? ownOptions(target, facts, describeLookup(facts.own, facts, target)) : [];
    const drafts = [...own, ...facts.cross.flatMap((lookup) => crossOptions(target, facts, lookup))];
    return drafts.map((draft) => options_weighed(draft, facts));
}
/** Adds what the draft costs, and what became of it before. */
function options_weighed(draft, facts) {
    const { strategy, hybrid, cost } = draft.candidate;
    const registers = (strategy === 'emulated' || hybrid === true) && !facts.emulatorServes ? REGISTRATION_SECONDS : 0;
    const seconds = draft.seconds ?? (cost && cost.seconds + registers);
    const failure = draft.problem === undefined ? failureOf(draft, facts) : undefined;
    return {
        ...draft,
        seconds,
        problem: draft.problem ?? failure?.reason,
        retriable: failure?.remembered === true,
        substitutable: cost !== undefined && Object.values(cost.toBuild).every((count) => count === 0),
    };
}
/** The failure that speaks against a way: its own, or that of a derivation which it needs too. */
function failureOf({ candidate }, { failures, graph, native }) {
    if (failures.length === 0)
        return undefined;
    const { strategy, method, hybrid = false, evaluated } = candidate;
    const emulator = strategy === 'emulated' || hybrid;
    const needed = evaluated === undefined ? [] : graph_reachable(graph, evaluated.drvPath);
    return failures.find((failure) => {
        if (failure.remembered)
            return failure.strategy === strategy && failure.method === method && failure.emulator === emulator;
        if (failure.culprit !== undefined && needsDownload(needed, graph.get(failure.culprit), graph, native))
            return true;
        // With an emulator it may go otherwise.
        if (emulator && !failure.emulator)
            return false;
        return failure.drvPath === evaluated?.drvPath || (failure.culprit !== undefined && needed.includes(failure.culprit));
    });
}
/** Whether what is needed has the same download: what failed without an emulator is not there for another tool either. */
const needsDownload = (needed, failed, graph, native) => failed?.fixedOutput === true &&
    !isForeign(failed.system, native) &&
    needed.some((path) => graph.get(path)?.outputs.some((output) => failed.outputs.includes(output)));
/** A cross build as it is; and with an emulator, where it needs one or failed without. */
function crossOptions(target, facts, lookup) {
    const method = lookup.kind === 'own' ? 'declared' : lookup.kind;
    const base = describeLookup(lookup, facts, target);
    const found = lookup.status === 'derivation' ? lookup.found : undefined;
    const emulated = base.candidate.cost?.emulated ?? [];
    const merit = `${MERITS[method]}, ${base.candidate.attribute}`;
    const pure = {
        candidate: { strategy: 'cross', method, ...base.candidate },
        problem: base.problem ??
            (found && crossProblem(target, facts, found, method)) ??
            impurity(emulated, target) ??
            featureProblem(base.candidate.cost, facts),
        merit: target.strategy === 'cross' ? merit : `${merit}; it runs at native speed on ${facts.native[0]}`,
    };
    const mayEmulate = target.strategy === 'auto' && found !== undefined;
    if (!mayEmulate || (pure.problem !== undefined && emulated.length === 0))
        return [pure];
    const problem = base.problem ?? crossProblem(target, facts, found, method);
    const failed = facts.failures.find((failure) => !failure.emulator && concerns(failure, found, method));
    if (emulated.length === 0 && failed === undefined)
        return [pure];
    const why = failed === undefined ? facts_listed(emulated) : 'it failed without an emulator';
    const hybrid = {
        candidate: { ...pure.candidate, hybrid: true },
        problem: problem ??
            emulationProblem(base.candidate.cost, [target.system], facts) ??
            featureProblem(base.candidate.cost, facts),
        merit: `${merit}; QEMU runs the ${target.system} programs that its build uses: ${why}`,
    };
    return [pure, hybrid];
}
const concerns = (failure, found, method) => failure.drvPath === found.drvPath || (failure.remembered && failure.method === method);
const impurity = (emulated, target) => emulated.length === 0
    ? undefined
    : `it is no pure cross build: ${emulated.length === 1 ? 'this derivation runs' : 'these derivations run'} ${target.system} programs and would have to be emulated: ${facts_listed(emulated)}`;
/** A cross derivation is built on this machine and its result runs on the target. */
function crossProblem(target, facts, found, method) {
    if (!facts.native.includes(found.system))
        return `its derivation ${found.name} is for ${found.system}, which the runner (${facts.native[0]}) does not execute`;
    if (found.host !== undefined && !sameSystem(found.host, target.system))
        return `its result is for ${found.host}, not ${target.system}`;
    // A view leaves what no nixpkgs made as it is: there the name proves nothing.
    const byName = (method === 'declared' || method === 'pkgsCross') && namesTarget(found.path, target);
    if (found.host === undefined && !byName)
        return `nothing says that its result is for ${target.system}`;
    return undefined;
}
const MERITS = {
    declared: 'the flake declares a cross build',
    pkgsCross: "the flake has nixpkgs' cross set",
    overlay: "the flake's overlay applied to a nixpkgs that cross-compiles",
    nixos: "the flake's NixOS configuration with nixpkgs.buildPlatform set",
    transparent: 'the unchanged flake, given a nixpkgs that cross-compiles',
};
function describeLookup(lookup, facts, target) {
    switch (lookup.status) {
        case 'derivation': {
            const { drvPath, system, name, outputs, path } = lookup.found;
            const cost = facts.costs.get(drvPath);
            const evaluated = { drvPath, system, name, outputs };
            const attribute = joinAttributePath(path);
            return { candidate: { attribute, evaluated, ...(cost === undefined ? {} : { cost }) }, problem: undefined };
        }
        case 'no-derivation':
            return { candidate: { attribute: joinAttributePath(lookup.path) }, problem: 'the attribute is no derivation' };
        case 'unasked':
            return { candidate: { attribute: '' }, problem: 'not evaluated: a method before it gives a cross build' };
        case 'missing':
            return { candidate: { attribute: '' }, problem: missing(lookup.kind, facts, target) };
        case 'error':
            return { candidate: { attribute: '' }, problem: `it does not evaluate: ${facts.explain(lookup.error)}` };
    }
}
const MISSING = {
    declared: 'the flake declares no cross build of it',
    pkgsCross: 'the flake has no legacyPackages with pkgsCross for it',
    overlay: 'the flake has no overlay with it',
    nixos: 'it is no NixOS configuration of the flake',
    transparent: 'the flake has it neither for the target nor for the runner',
};
function missing(kind, { names, systems }, target) {
    if (kind !== 'own')
        return MISSING[kind];
    if (names.length > 0)
        return `there is no such package: packages.${target.system} has ${shortened(names)}`;
    if (systems.includes(target.system))
        return `the flake has nothing of that name for ${target.system}`;
    if (systems.length > 0)
        return `the flake has nothing for ${target.system}: the flake has packages for ${shortened(systems)}`;
    return 'the flake has no packages';
}
function shortened(names) {
    const distinct = [...new Set(names)];
    return distinct.length > 20
        ? `${distinct.slice(0, 20).join(', ')} and ${distinct.length - 20} more`
        : distinct.join(', ');
}

;// CONCATENATED MODULE: ./build/js/strategy/choose.js



/** How much cheaper a way must be to be taken before one that is better for other reasons: estimates are rough. */
const CLEARLY_CHEAPER = 0.9;
/**
 * Chooses how one package is had for one target. What cannot work is left out. Native comes first; of the rest the
 * cheapest is taken, and of those that cost about the same the first in the order declared, pkgsCross, overlay, nixos,
 * transparent, emulated, cross with an emulator; with `prefer: native-paths` emulated comes right after native.
 * A target that names its strategy has only that one.
 */
function choose(target, packageName, facts, prefer) {
    const options = order(listOptions(target, facts), prefer).filter((option) => allowed(option, target));
    const winner = cheapest(options, prefer);
    const candidates = options.map((option) => {
        const chosen = option === winner;
        return { ...option.candidate, chosen, reason: chosen ? option.merit : (option.problem ?? lost(option, winner)) };
    });
    if (winner?.candidate.evaluated === undefined) {
        return { target, package: packageName, candidates, choice: undefined, reason: refusal(target, options) };
    }
    const { strategy, method, hybrid, attribute, evaluated } = winner.candidate;
    const choice = {
        strategy,
        ...(method === undefined ? {} : { method }),
        ...(hybrid === true ? { hybrid } : {}),
        attribute,
        evaluated,
        substitutable: winner.substitutable,
    };
    return { target, package: packageName, candidates, choice, reason: winner.merit };
}
/**
 * Whether the flake should be asked for views of itself as cross builds: only where a cross build could win over what
 * is known.
 * @param evaluationSeconds what asking costs
 */
function viewsMayWin({ target, candidates, choice }, prefer, evaluationSeconds) {
    if (target.strategy !== 'auto')
        return false;
    if (choice === undefined)
        return true;
    if (choice.strategy === 'native')
        return false;
    if (choice.strategy === 'cross')
        return choice.hybrid === true;
    const cost = candidates.find(({ chosen }) => chosen)?.cost;
    return prefer === 'speed' && (cost === undefined || cost.seconds - cost.nativeSeconds > evaluationSeconds);
}
/** What failed only in an earlier run is tried again where nothing else works. */
function cheapest(options, prefer) {
    const possible = options.filter(({ problem }) => problem === undefined);
    const [first, ...others] = possible.length > 0 ? possible : options.filter(({ retriable }) => retriable);
    return others.reduce((best, option) => (displaces(option, best, prefer) ? option : best), first);
}
function displaces(option, best, prefer) {
    if (best === undefined)
        return true;
    const settled = best.candidate.strategy === 'native' || (prefer === 'native-paths' && best.candidate.strategy === 'emulated');
    if (settled || option.seconds === undefined || best.seconds === undefined)
        return false;
    return option.seconds < best.seconds * CLEARLY_CHEAPER;
}
function lost({ seconds }, winner) {
    if (winner === undefined)
        return 'not needed';
    const name = title(winner.candidate);
    if (seconds === undefined || winner.seconds === undefined)
        return `not needed: ${name} comes first`;
    const [own, best] = [(0,units/* formatSeconds */.Xo)(seconds), (0,units/* formatSeconds */.Xo)(winner.seconds)];
    return seconds > winner.seconds
        ? `estimated ${own} of work, against ${best} by ${name}`
        : `estimated ${own} of work; ${name}, estimated ${best}, comes first`;
}
const METHODS = ['declared', 'pkgsCross', 'overlay', 'nixos', 'transparent'];
function order(options, prefer) {
    const rank = ({ candidate: { strategy, method, hybrid } }) => {
        if (strategy === 'native')
            return 0;
        if (strategy === 'emulated')
            return prefer === 'native-paths' ? 1 : 4;
        return (hybrid === true ? 5 : 2) + METHODS.indexOf(method ?? 'declared') / 10;
    };
    return [...options].sort((a, b) => rank(a) - rank(b));
}
function allowed({ candidate: { strategy }, merit }, target) {
    // Emulation of what runs here anyway is native: the same workflow may run on several kinds of runner.
    if (target.strategy === 'emulated')
        return strategy === 'emulated' || (strategy === 'native' && merit.startsWith('the runner'));
    return target.strategy === 'auto' || target.strategy === strategy;
}
function refusal(target, options) {
    const asked = target.strategy === 'auto' ? 'No strategy works' : `Strategy ${target.strategy} does not work`;
    if (options.length === 0)
        return `${asked} for ${target.name}: no machine builds it as its own, it is cross-compiled for. Use cross or auto`;
    const namesByProblem = new Map();
    for (const { candidate, problem = '' } of options) {
        const { method, hybrid, strategy } = candidate;
        const name = hybrid === true ? `${method} with an emulator` : (method ?? strategy);
        namesByProblem.set(problem, [...(namesByProblem.get(problem) ?? []), name]);
    }
    const why = [...namesByProblem].map(([problem, names]) => `${names.join(', ')}: ${problem}`);
    return `${asked} for ${target.name}. ${why.join('; ')}`;
}

;// CONCATENATED MODULE: ./build/js/strategy/matrix/targets.js



/** The hosted runners, with the workflow's own laid over them. */
function runnerLabels(given) {
    const labels = new Map(HOSTED_RUNNERS);
    for (const [system, label] of given) {
        if (label === null)
            labels.delete(system);
        else
            labels.set(system, label);
    }
    return labels;
}
/**
 * The targets with their runners: those of the workflow, or one for each system that there is a runner for, which
 * counts where the flake exposes it.
 * @returns the targets, and what is wrong with those of the workflow
 */
function placeTargets(inputs) {
    const labels = runnerLabels(inputs.runners);
    const discovered = inputs.targets === undefined;
    const targets = inputs.targets ??
        PLATFORMS.flatMap(({ system }) => {
            const target = parseTarget(system, inputs.strategy);
            return typeof target === 'string' ? [] : [target];
        });
    const places = targets.map((target) => ({ target, place: placeTarget(target, labels), discovered }));
    return {
        placed: places.flatMap(({ place, ...rest }) => (typeof place === 'string' ? [] : [{ ...rest, place }])),
        problems: discovered ? [] : places.flatMap(({ place }) => (typeof place === 'string' ? [place] : [])),
    };
}
/** Systems of the flake that get no job, with the reason. */
function leftOut(inputs, placed, exposed) {
    const labels = runnerLabels(inputs.runners);
    return exposed
        .filter((system) => !placed.some(({ target }) => target.system === system))
        .map((system) => {
        const target = parseTarget(system, inputs.strategy);
        const place = typeof target === 'string' ? targets_shortened(target) : placeTarget(target, labels);
        return { system, reason: typeof place === 'string' ? place : 'it is not among the targets' };
    });
}
/** What parseTarget says, without the name, which stands before it, and what is allowed. */
const targets_shortened = (problem) => problem
    .replace(/^"[^"]*": /, '')
    .replace(/^"[^"]*"/, 'it')
    .replace(/;.*/s, '');

;// CONCATENATED MODULE: ./build/js/strategy/questions.js

/**
 * Asks only for what can be chosen: nothing but the package itself where the machine runs the target's programs, and
 * the views of the flake as cross builds at once only where the workflow asks for `cross`.
 */
function question({ target, package: name }, inputs, nix, machine) {
    const native = machine.native.includes(target.system) && target.plain && target.strategy !== 'cross';
    const own = target.plain && target.strategy !== 'cross';
    const cross = !native && (target.strategy === 'auto' || target.strategy === 'cross');
    const flake = (kind, paths) => ({
        kind,
        view: null,
        paths,
        spare: kind !== 'own',
    });
    return ask(target, [
        ...(own ? [flake('own', ownPaths(name, target.system))] : []),
        ...(cross
            ? [
                flake('declared', declaredPaths(name, target, nix.system, inputs.crossAttribute)),
                flake('pkgsCross', pkgsCrossPaths(name, target, nix.system)),
            ]
            : []),
        ...(target.strategy === 'cross' ? viewLookups(name, target, nix) : []),
    ]);
}
/** Asks for the package itself alone. */
const ownQuestion = (question) => ({
    ...question,
    lookups: question.lookups.filter(({ kind }) => kind === 'own'),
});
const ask = (target, lookups) => ({
    target: target.system,
    list: null,
    platform: target,
    lookups,
});
/** Asks for cross builds of a flake that knows nothing of them. */
const viewQuestion = ({ target, package: name }, nix) => ask(target, viewLookups(name, target, nix));
/** Cross builds of a flake that knows nothing of them, the most faithful first. */
function viewLookups(name, target, nix) {
    const own = ownPaths(name, target.system);
    const configurations = own.filter(([first]) => first === 'nixosConfigurations');
    const disguised = { view: 'disguised', paths: ownPaths(name, nix.system) };
    return [
        ...(configurations.length > 0
            ? [{ kind: 'nixos', view: 'nixos', paths: configurations, spare: true }]
            : []),
        { kind: 'transparent', view: 'transparent', paths: own, otherwise: disguised, spare: true },
        { kind: 'overlay', view: 'overlay', paths: own, spare: true },
    ];
}

;// CONCATENATED MODULE: ./build/js/strategy/matrix/survey-request.js


/** Stands for a name that only the flake knows, in the lookups of a wildcard. */
const HOLE = '@name@';
/** The questions for all targets. */
function surveyRequest(inputs, targets) {
    const explicit = inputs.packages.filter((text) => !isWildcard(text));
    const sets = inputs.packages.map(splitAttributePath).flatMap((path) => {
        const place = path.indexOf('{target}');
        return place > 0 ? [path.slice(0, place)] : [];
    });
    const named = inputs.packages.some((text) => text === '*' || !text.includes('{target}'));
    return {
        hole: HOLE,
        systemSets: [
            ...(named ? [['packages'], ['defaultPackage']] : []),
            ...(explicit.some((text) => !text.includes('{target}')) ? [['legacyPackages']] : []),
            ...sets,
        ],
        fixed: inputs.packages
            .filter((text) => text !== '*' && !text.includes('{target}'))
            .map((text) => ({ path: splitAttributePath(text.replace(/\.\*$/, '')), below: isWildcard(text) }))
            .filter(({ path, below }) => below || path.length > 1),
        targets: targets.map((placed) => targetRequest(inputs, placed)),
    };
}
/**
 * What is asked for a target, as for a job on its runner. What only a view of the flake has (`=cross` where nothing is
 * declared) is left to the job.
 */
const lookupsFor = ({ target, place }, text, inputs) => question({ target, package: text }, inputs, place, place).lookups.filter(({ view }) => view === null);
function targetRequest(inputs, placed) {
    const { target, discovered } = placed;
    return {
        name: target.name,
        system: target.system,
        onlyExposed: discovered,
        suffixes: foreignSuffixes(target.system),
        asks: inputs.packages.map((text) => {
            const wild = isWildcard(text);
            const old = text === '*' ? [['defaultPackage', target.system]] : [];
            const lookups = lookupsFor(placed, wild ? packageText(text, HOLE) : text, inputs);
            return {
                text,
                list: wild ? setOf(text, target.system) : null,
                old: old[0] ?? ['defaultPackage', target.system, 'none'],
                lookups: lookups.map(({ kind, paths }) => ({
                    kind,
                    paths: kind === 'own' ? [...paths, ...old] : paths,
                })),
            };
        }),
    };
}
/** Names of items, as survey.nix makes them with toJSON. */
const SYSTEMS_ID = JSON.stringify(['systems']);
/** Of a part of the systems: no target has this name. */
const isSystemsPart = (id) => JSON.parse(id)[0] === 'systems';
const listId = (target, text) => JSON.stringify([target, text]);
const lookupId = (target, text, name, kind) => JSON.stringify([target, text, name, kind]);

;// CONCATENATED MODULE: ./build/js/strategy/matrix/wanted.js


/** What stands for the error of what was not looked at. */
const NOT_REACHED = 'error: too many others of its target failed before it';
/** Targets × packages with their answers; each package once for a target. */
function listWanted(inputs, targets, state) {
    const exposed = new Set(state.systems);
    return targets
        .filter(({ target, discovered }) => !discovered || exposed.has(target.system))
        .flatMap((placed) => {
        const all = inputs.packages.flatMap((text) => wantedBy(inputs, placed, text, state));
        return all.filter((item, index) => all.findIndex((other) => other.package === item.package) === index);
    });
}
function wantedBy(inputs, placed, text, state) {
    const base = { placed, cross: [], names: [], systems: state.systems ?? [], listError: undefined };
    const missing = { kind: 'own', status: 'missing' };
    if (!isWildcard(text))
        return [{ ...base, package: text, listed: false, ...lookedUp(inputs, placed, text, '', state) }];
    const list = state.lists.get(listId(placed.target.name, text)) ?? { error: NOT_REACHED };
    if ('error' in list)
        return [{ ...base, package: text, listed: true, own: missing, listError: list.error }];
    if (list.value.names.length === 0 && !placed.discovered)
        return [{ ...base, package: text, listed: false, own: missing }];
    return list.value.names.map((name) => ({
        ...base,
        package: packageText(text, name),
        listed: true,
        ...lookedUp(inputs, placed, text, name, state),
    }));
}
function lookedUp(inputs, placed, text, name, state) {
    const outcome = (kind) => state.lookups.get(lookupId(placed.target.name, text, name, kind)) ?? { error: NOT_REACHED };
    const kinds = lookupsFor(placed, text, inputs).map(({ kind }) => kind);
    const lookups = kinds.map((kind) => {
        const found = outcome(kind);
        if ('error' in found)
            return { kind, status: 'error', error: found.error };
        return found.value.lookups[0] ?? { kind, status: 'missing' };
    });
    const own = kinds.includes('own') ? outcome('own') : undefined;
    return {
        own: lookups.find(({ kind }) => kind === 'own') ?? { kind: 'own', status: 'missing' },
        cross: lookups.filter(({ kind }) => kind !== 'own'),
        ...(own !== undefined && 'value' in own ? { names: own.value.names } : {}),
    };
}
/** All derivations that the survey found. */
const derivationsOf = (wanted) => wanted.flatMap(({ own, cross }) => [own, ...cross].flatMap((lookup) => (lookup.status === 'derivation' ? [lookup.found] : [])));

;// CONCATENATED MODULE: ./build/js/strategy/matrix/decide.js








/** Nix's words for a build that this machine cannot do, of import from derivation (explained in nix/explain.ts). */
const NEEDS_OTHER_MACHINE = /is required to build|Required system:|required system or feature not available/i;
const OTHER_SYSTEM = /(?:Required system: '?|\ba ')([\w-]+)/;
/** Decides how each package of a target is had on the runner of its jobs, or why it gets none. */
const decideEntries = (wanted, inputs, facts) => wanted.flatMap((item) => decide(item, inputs, facts) ?? []);
/**
 * A name that no target has is a mistake of the workflow, not something to leave out.
 * @param all the entries of each target
 * @returns the same, or others for a target that such a name is of
 */
function failUnknownNames(all) {
    const had = new Set(all.flat().flatMap((entry) => (isMissing(entry) ? [] : [entry.package])));
    const isUnknown = (entry) => isMissing(entry) && !had.has(entry.package);
    return all.map((entries) => entries.some(isUnknown)
        ? entries.map((entry) => (isUnknown(entry) ? { ...entry, status: 'failed' } : entry))
        : entries);
}
const MADE_IN_THE_JOB = 'the flake declares no cross build of it: the job makes one of the flake as it is';
const DECIDED_IN_THE_JOB = 'the job decides: a cross build of the flake as it is, or QEMU';
const OF_AN_OVERLAY = 'the flake has no packages for any system: the job looks into its overlay';
const NOT_THERE = 'the flake does not have it for this system';
const isMissing = ({ status, reason }) => status === 'skipped' && reason === NOT_THERE;
function decide(item, inputs, facts) {
    const { target, place, discovered } = item.placed;
    const base = {
        target: target.name,
        package: item.package,
        strategy: target.strategy,
        runner: place.label,
        native: place.native,
        toBuild: [],
    };
    if (item.listError !== undefined)
        return { ...base, ...unevaluated(item, [item.listError], facts) };
    if (item.listed && item.own.status === 'no-derivation')
        return undefined;
    const otherHost = hostOfFixed(item);
    if (otherHost !== undefined && !sameSystem(otherHost, target.system))
        return { ...base, status: 'skipped', reason: `it is for ${otherHost}` };
    const plan = choosePlan(item, inputs, facts);
    if (plan.choice === undefined) {
        const errors = [item.own, ...item.cross].flatMap((lookup) => (lookup.status === 'error' ? [lookup.error] : []));
        const left = leftToJob(item);
        if (errors.length > 0 && target.strategy !== 'cross')
            return { ...base, ...unevaluated(item, errors, facts) };
        if (left !== undefined)
            return { ...base, status: 'unevaluated', reason: left };
        return discovered && item.own.status === 'missing'
            ? { ...base, status: 'skipped', reason: NOT_THERE }
            : { ...base, status: 'failed', reason: plan.reason };
    }
    return planned({ ...base, ...asStrategy(item, plan.choice) }, plan, plan.choice, inputs, facts);
}
/** Why only the job can say whether the package can be had; undefined where it need not be asked. */
function leftToJob(item) {
    if (item.placed.target.strategy === 'cross' || isNotListed(item))
        return MADE_IN_THE_JOB;
    return mayBeOfOverlay(item) ? OF_AN_OVERLAY : undefined;
}
/** The flake has packages, but none for this target: a job that cross-compiles may make them all the same. */
const isNotListed = ({ placed: { target, place, discovered }, own, names, systems }) => !discovered &&
    target.strategy === 'auto' &&
    !place.native.includes(target.system) &&
    own.status === 'missing' &&
    names.length === 0 &&
    systems.includes(place.system);
/** A flake may give nothing but an overlay, which only the job applies. */
const mayBeOfOverlay = ({ placed: { target, discovered }, own, listed, systems, package: name }) => !discovered &&
    !listed &&
    target.strategy === 'auto' &&
    own.status === 'missing' &&
    systems.length === 0 &&
    !isWildcard(name) &&
    !name.includes('{target}');
function planned(base, plan, choice, inputs, facts) {
    const { strategy, evaluated } = choice;
    const { drvPath, outputs, system } = evaluated;
    const entry = { ...base, drvPath };
    if (facts.cached(outputs))
        return { ...entry, status: 'skipped', reason: 'a binary cache has every output' };
    const reached = graph_reachable(facts.graph, drvPath);
    // What only this machine's store has, the job's machine has to build.
    const toBuild = reached.length > 0 ? reached : [drvPath];
    const isNative = base.native.includes(plan.target.system);
    // Only the job asks for the flake as a cross build, which may well be cheaper than QEMU.
    if (!isNative && viewsMayWin(plan, inputs.prefer, 0))
        return { ...entry, strategy: 'auto', status: 'planned', reason: DECIDED_IN_THE_JOB, toBuild };
    const elsewhere = base.native.includes(system) ? undefined : nativePlace(system, runnerLabels(inputs.runners));
    if ((strategy === 'native' || isNative) && elsewhere !== undefined) {
        const reason = `its derivation is built on ${system}`;
        const { label: runner, native } = elsewhere;
        return { ...entry, strategy: 'auto', status: 'planned', reason, toBuild, runner, native };
    }
    const where = strategy === 'native' ? `: ${labelText(base.runner)}` : '';
    return { ...entry, status: 'planned', reason: `${plan.reason}${where}`, toBuild };
}
/** A job that is told `cross` does not ask for the target's own attribute: where that is the cross build, it decides. */
function asStrategy({ own }, { strategy, method, evaluated }) {
    const isOwn = own.status === 'derivation' && own.found.drvPath === evaluated.drvPath;
    return {
        strategy: strategy === 'cross' && isOwn ? 'auto' : strategy,
        ...(method === undefined ? {} : { method }),
    };
}
function unevaluated({ placed }, errors, { explain }) {
    if (errors.every((error) => error === NOT_REACHED))
        return { status: 'unevaluated', reason: `${explain(NOT_REACHED)}: its job evaluates it` };
    const elsewhere = errors.find((error) => NEEDS_OTHER_MACHINE.test(error));
    if (elsewhere !== undefined) {
        const system = OTHER_SYSTEM.exec(elsewhere)?.[1] ?? placed.target.system;
        const who = placed.place.native.includes(system)
            ? 'its own runner does that'
            : 'the job does that, with an emulator';
        return { status: 'unevaluated', reason: `its evaluation builds something for ${system}: ${who}` };
    }
    const sentences = new Set(errors.map(explain));
    return { status: 'failed', reason: `it does not evaluate: ${[...sentences].join('; ')}` };
}
function choosePlan(item, { prefer }, facts) {
    const { placed, own, cross, names, systems } = item;
    const { target, place } = placed;
    const found = [own, ...cross].flatMap((lookup) => (lookup.status === 'derivation' ? [lookup.found] : []));
    const costs = new Map(found.map((each) => [each.drvPath, missingCost(each, place.native, facts)]));
    const emulationProblem = (system) => facts.emulationProblem(place.system, system);
    const { explain } = facts;
    const { native } = place;
    const machine = { native, platforms: native, emulationProblem, emulatorServes: false, builders: [] };
    const known = { ...machine, own, cross, names, systems, costs, graph: facts.graph, failures: [], explain };
    return choose(target, item.package, known, prefer);
}
/** Only what a cache has counts as done: the store of the planning machine is not the job's. */
function missingCost({ drvPath, outputs, system }, native, facts) {
    const { graph, cached } = facts;
    const speeds = speedsOf(native);
    const cost = costOf(drvPath, graph_reachable(graph, drvPath), 0, graph, speeds);
    if (Object.keys(cost.toBuild).length > 0 || cached(outputs))
        return cost;
    const alone = costOf(drvPath, [drvPath], 0, new Map([[drvPath, { ...graph_UNKNOWN_DERIVATION, system }]]), speeds);
    return { ...alone, toBuild: { unknown: 1 } };
}
/** The system of a path that is for one system alone, such as a NixOS configuration's. */
function hostOfFixed({ own, placed }) {
    if (own.status !== 'derivation')
        return undefined;
    const { path, host, system } = own.found;
    return path.includes(placed.target.system) ? undefined : (host ?? system);
}

;// CONCATENATED MODULE: ./build/js/strategy/matrix/group.js


/** Of a derivation that is not worth a job in common. */
const group_NOBODY = -1;
/**
 * Puts together the entries that share a derivation still to be built, directly or through others: each of the
 * groups can be built in a job of its own without building anything twice.
 */
function groupByShared(entries, graph) {
    const parent = entries.map((_, index) => index);
    const root = (index) => {
        let at = index;
        while (parent[at] !== at) {
            parent[at] = parent[parent[at] ?? at] ?? at;
            at = parent[at] ?? at;
        }
        return at;
    };
    const join = (index, first) => {
        if (parent[index] !== parent[first])
            parent[root(index)] = root(first);
    };
    const firstWith = new Map();
    for (const [index, { toBuild }] of entries.entries()) {
        numbersIn(graph, toBuild).forEach((number, place) => {
            const path = toBuild[place] ?? '';
            const key = number < 0 ? path : number;
            const first = firstWith.get(key);
            if (first === undefined)
                firstWith.set(key, isWorthSharing(graph.get(path)) ? index : group_NOBODY);
            else if (first !== group_NOBODY)
                join(index, first);
        });
    }
    const groups = new Map();
    for (const [index, entry] of entries.entries()) {
        const group = groups.get(root(index));
        if (group === undefined)
            groups.set(root(index), [entry]);
        else
            group.push(entry);
    }
    return [...groups.values()];
}

;// CONCATENATED MODULE: ./build/js/strategy/matrix/pack.js


/** A job is filled up to this many estimated seconds: its own start takes about one minute (docs/planning.md). */
const WORTH_A_JOB = 600;
/** Makes entries ready to be packed: what can be done before those of other targets are known. */
const makePackable = (entries, graph) => ({
    entries,
    graph,
    lots: lotsOf({ entries, graph }, (entry) => [entry.target, entry.runner, entry.strategy, entry.status === 'planned']),
});
/**
 * Makes jobs of the entries that need one: what shares builds stays together, each job is worth its start, the cost
 * of the jobs is balanced, the heaviest come first.
 * @param all no two hold entries of the same target
 * @returns at most `maxJobs` jobs, or what is wrong with `maxJobs`
 */
function packJobs(all, maxJobs) {
    const fine = all.flatMap(({ lots }) => lots);
    // Where jobs are scarce a job of the target gets all, and decides itself, as it would have.
    const coarse = () => all.flatMap((each) => lotsOf(each, ({ target, runner }) => [target, runner]));
    const lots = fine.length <= maxJobs ? fine : coarse();
    if (lots.length > maxJobs)
        return `"${maxJobs}" is too few: there are ${lots.length} targets with something to build, and each needs a job of its own`;
    const allotted = allot(lots, maxJobs);
    return lots
        .flatMap((lot, index) => fill(lot, allotted[index] ?? 1).map((groups) => makeJob(groups, lot.graph)))
        .sort((a, b) => b.cost - a.cost || compare(nameOf(a), nameOf(b)));
}
function lotsOf({ entries, graph }, key) {
    const lots = new Map();
    for (const entry of entries.filter(({ status }) => status !== 'skipped').sort(byName)) {
        const name = JSON.stringify(key(entry));
        lots.set(name, [...(lots.get(name) ?? []), entry]);
    }
    return [...lots]
        .sort(([a], [b]) => compare(a, b))
        .map(([, members]) => {
        const groups = groupByShared(members, graph).map((group) => ({ entries: group, cost: pack_costOf(group, graph) }));
        const total = groups.reduce((sum, { cost }) => sum + cost, 0);
        return { groups, graph, total, jobs: Math.max(1, Math.min(groups.length, Math.ceil(total / WORTH_A_JOB))) };
    });
}
/** Takes jobs from the lots whose jobs would still be the lightest, until there are few enough. */
function allot(lots, maxJobs) {
    const open = lots.map(({ total, jobs }) => ({ total, jobs }));
    for (let count = open.reduce((sum, { jobs }) => sum + jobs, 0); count > maxJobs; count -= 1) {
        const loadWithout = ({ total, jobs }) => jobs > 1 ? total / (jobs - 1) : Number.POSITIVE_INFINITY;
        const lightest = open.reduce((best, lot) => (loadWithout(lot) < loadWithout(best) ? lot : best));
        lightest.jobs -= 1;
    }
    return open.map(({ jobs }) => jobs);
}
/** Longest first, each into the job that has least to do (Graham 1969: at most 4/3 of the best). */
function fill({ groups }, jobs) {
    const bins = Array.from({ length: jobs }, () => ({ groups: [], cost: 0 }));
    for (const group of [...groups].sort((a, b) => b.cost - a.cost)) {
        const bin = bins.reduce((best, other) => other.cost < best.cost || (other.cost === best.cost && other.groups.length < best.groups.length) ? other : best);
        bin.groups.push(group);
        bin.cost += group.cost;
    }
    return bins.map((bin) => bin.groups);
}
function makeJob(groups, graph) {
    const sorted = groups
        .flatMap(({ entries }) => entries)
        .map((entry) => ({ entry, cost: pack_costOf([entry], graph) }))
        .sort((a, b) => b.cost - a.cost || byName(a.entry, b.entry))
        .map(({ entry }) => entry);
    const [first] = sorted;
    if (first === undefined)
        throw new Error('a job without packages');
    const strategies = new Set(sorted.map(({ strategy }) => strategy));
    return {
        target: first.target,
        strategy: strategies.size === 1 ? first.strategy : 'auto',
        runner: first.runner,
        entries: sorted,
        reason: reasonOf(sorted),
        // groups share downloads and texts
        cost: groups.length === 1 ? (groups[0]?.cost ?? 0) : pack_costOf(sorted, graph),
    };
}
const MOST_REASONS = 3;
function reasonOf(entries) {
    const reasons = [...new Set(entries.map(({ reason }) => reason))];
    const more = reasons.length > MOST_REASONS ? [`and ${reasons.length - MOST_REASONS} more, see the plan`] : [];
    return [...reasons.slice(0, MOST_REASONS), ...more].join('; ');
}
/** Estimated seconds for all that the entries need, what they share counted once. */
function pack_costOf(entries, graph) {
    const lists = entries.map(({ toBuild }) => toBuild);
    const derivations = lists.length === 1 ? (lists[0] ?? []) : [...new Set(lists.flat())];
    const weights = weightsOf(derivations, graph, speedsOf(entries[0]?.native ?? []));
    return weights.reduce((sum, { seconds }) => sum + seconds, 0);
}
const nameOf = ({ target, entries }) => `${target} ${entries[0]?.package ?? ''}`;
const byName = (a, b) => compare(a.target, b.target) || compare(a.package, b.package);
/** By code unit: the same on every machine, unlike localeCompare. */
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

;// CONCATENATED MODULE: ./build/js/strategy/matrix/middle.js

/** Half of fewer packages is not worth a look of its own. */
const WORTH_HALVING = 20;
/**
 * Tells, after an answer, whether it is the one in the middle of a list of the last target: what is looked up then is
 * not left for when the evaluation has ended.
 */
function openMiddle(request, state) {
    /** How many lookups there are then, once that list has begun. */
    let middle;
    return () => {
        middle ??= middleOfLast(request, state);
        return state.lookups.size === middle;
    };
}
function middleOfLast({ targets }, { systems, lists, lookups }) {
    const last = targets.findLast(({ onlyExposed, system }) => !onlyExposed || systems?.includes(system));
    for (const ask of last?.asks ?? []) {
        const list = ask.list === null || last === undefined ? undefined : lists.get(listId(last.name, ask.text));
        if (list === undefined || 'error' in list || list.value.names.length < WORTH_HALVING)
            continue;
        return lookups.size + Math.floor((list.value.names.length * ask.lookups.length) / 2);
    }
    return undefined;
}

;// CONCATENATED MODULE: ./build/js/strategy/answers.js

/** Parses what answer.nix gives. @throws Error where it is not of that form, which is a fault of ours */
function parseAnswers(json) {
    return answers_list(JSON.parse(json)).map((item) => {
        const answer = record(item);
        return {
            names: strings(answer.names),
            systems: strings(answer.systems),
            all: strings(answer.all),
            lookups: answers_list(answer.lookups).map(parseLookup),
        };
    });
}
function parseLookup(value) {
    const lookup = record(value);
    const kind = string(lookup.kind);
    if (lookup.status === 'missing' || lookup.status === 'unasked')
        return { kind, status: lookup.status };
    const path = strings(lookup.path);
    if (lookup.status === 'no-derivation')
        return { kind, status: 'no-derivation', path };
    const outputs = {};
    for (const [name, output] of Object.entries(record(lookup.outputs))) {
        if (!isStorePath(string(output)))
            return { kind, status: 'error', error: unknownPath(string(lookup.name)) };
        outputs[name] = parseStorePath(string(output));
    }
    const found = {
        path,
        drvPath: parseDrvPath(string(lookup.drvPath)),
        system: string(lookup.system),
        name: string(lookup.name),
        outputs,
        host: typeof lookup.host === 'string' ? lookup.host : undefined,
        features: strings(lookup.features),
    };
    return { kind, status: 'derivation', found };
}
/** Of a content-addressed derivation, and of what needs one, Nix gives a placeholder. */
const unknownPath = (name) => `error: ${name} is content-addressed, or needs what is: its store path is known only when it is built, and this action plans with store paths`;
function record(value) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw new Error('answer.nix: an object was expected');
    return value;
}
function answers_list(value) {
    if (!Array.isArray(value))
        throw new Error('answer.nix: a list was expected');
    return value;
}
function string(value) {
    if (typeof value !== 'string')
        throw new Error('answer.nix: a text was expected');
    return value;
}
const strings = (value) => answers_list(value).map(string);

;// CONCATENATED MODULE: ./build/js/strategy/matrix/survey-events.js


const emptyState = () => ({
    url: undefined,
    open: undefined,
    systems: undefined,
    parts: new Map(),
    lists: new Map(),
    lookups: new Map(),
    thrown: new Set(),
});
const EVENT = /^(begin|answer|thrown|end) ("(?:[^"\\]|\\.)*") (.*)$/;
/**
 * Takes one line of the evaluation's stderr into the state.
 * @param mark the random word that begins the survey's own traces
 * @returns undefined of a line that is none of the survey's
 */
function takeLine(state, mark, line) {
    const start = line.indexOf(`${mark} `);
    const [, event, quoted = '""', json = 'null'] = EVENT.exec(start < 0 ? '' : line.slice(start + mark.length + 1)) ?? [];
    if (event === undefined)
        return undefined;
    const id = JSON.parse(quoted);
    state.open = event === 'begin' ? id : undefined;
    if (event === 'thrown')
        state.thrown.add(id);
    if (event === 'answer')
        takeAnswer(state, id, json);
    return { event, id };
}
function takeAnswer(state, id, json) {
    const parts = JSON.parse(id);
    const length = Array.isArray(parts) ? parts.length : 0;
    if (isSystemsPart(id) && length > 1)
        state.parts.set(id, JSON.parse(json));
    else if (length === 1)
        state.systems = [...new Set(JSON.parse(json))];
    else if (length === 2)
        state.lists.set(id, { value: JSON.parse(json) });
    else {
        const [answer] = parseAnswers(`[${json}]`);
        if (answer !== undefined)
            state.lookups.set(id, { value: answer });
    }
}
/**
 * The locked reference of the flake, from what Nix tells of the lock that it does not write, as
 * `nix flake metadata` would tell it.
 */
function lockedUrl(lines) {
    const place = lines.lastIndexOf("• Added input 'target':");
    return place < 0 ? undefined : /^ +'(.+)' \(\d{4}-\d\d-\d\d\)$/.exec(lines[place + 1] ?? '')?.[1];
}
/** The target of an item; undefined of what belongs to the flake as a whole. */
function targetOf(id) {
    const parts = JSON.parse(id);
    return parts.length > 1 ? parts[0] : undefined;
}
/** All derivations that were told of. */
const derivationsIn = ({ lookups }) => [...lookups.values()].flatMap((outcome) => 'value' in outcome
    ? outcome.value.lookups.flatMap((lookup) => (lookup.status === 'derivation' ? [lookup.found.drvPath] : []))
    : []);
/** Notes the error of an item. */
function takeError(state, id, error) {
    const outcome = { error };
    if (JSON.parse(id).length === 2)
        state.lists.set(id, outcome);
    else
        state.lookups.set(id, outcome);
}
/** Items that the next evaluation leaves out: the lookups that are answered, and all that failed. */
function doneItems(state) {
    const failed = [...state.lists].filter(([, outcome]) => 'error' in outcome).map(([id]) => id);
    const thrown = [...state.thrown].filter((id) => !state.lookups.has(id));
    return Object.fromEntries([...state.lookups.keys(), ...failed, ...thrown].map((id) => [id, true]));
}

;// CONCATENATED MODULE: ./build/js/strategy/matrix/survey.js










const EVALUATION_LIMIT_SECONDS = 3600;
/** Errors that nothing can catch, each of which ends an evaluation; after these a target's rest is left to its job. */
const MOST_ERRORS_OF_A_TARGET = 10;
/** The same among the paths that tell for which systems they are; after these, the paths behind are not asked. */
const MOST_ERRORS_OF_SYSTEMS = 50;
/** Caught errors whose message is asked for, an evaluation each. */
const MOST_MESSAGES = 25;
const FILES = { 'survey-flake.nix': 'flake.nix', 'survey.nix': 'survey.nix', 'answer.nix': 'answer.nix' };
/**
 * Asks a flake all questions in one evaluation. Where an error stops it, another goes on behind the item that failed.
 * @param onPortion called with what is known so far in the middle of the last target, and with a target that is whole
 * @throws UserError where the flake cannot be read, or does not evaluate itself
 */
async function surveyFlake(runner, nix, flake, request, onPortion) {
    const state = emptyState();
    const errors = new Map();
    const isMiddle = openMiddle(request, state);
    const onEvent = ({ event, id }) => {
        if (event === 'end')
            onPortion(state, JSON.parse(id)[0]);
        else if (event === 'answer' && isMiddle())
            onPortion(state);
    };
    for (;;) {
        const givenUp = [...errors].filter(([name, count]) => count >= mostErrors(name)).map(([name]) => name);
        const error = await evaluate(runner, nix, flake, { ...request, givenUp }, { state, only: null, onEvent });
        if (error === undefined)
            break;
        const target = state.open === undefined ? undefined : targetOf(state.open);
        if (state.open === undefined || target === undefined)
            throw await broken(flake, error);
        takeError(state, state.open, error);
        state.open = undefined;
        errors.set(target, (errors.get(target) ?? 0) + 1);
    }
    await askMessages(runner, nix, flake, request, state);
    const systems = state.lookups.get(SYSTEMS_ID);
    const onlyThese = request.targets.every(({ onlyExposed }) => onlyExposed);
    if (onlyThese && systems !== undefined && 'error' in systems)
        throw await broken(flake, systems.error);
    return state;
}
const mostErrors = (target) => (target === 'systems' ? MOST_ERRORS_OF_SYSTEMS : MOST_ERRORS_OF_A_TARGET);
async function broken(flake, error) {
    const { url } = await flake.read();
    const { sentence, advice } = explainNix(error);
    return new runner_errors/* UserError */.yo(`flake: "${url}" does not evaluate: ${sentence} ${advice}`.trim());
}
async function askMessages(runner, nix, flake, request, state) {
    const thrown = [...state.thrown];
    const asked = thrown.slice(0, MOST_MESSAGES);
    const errors = await parallel_inParallel(runner.facts.cpus, asked, (only) => evaluate(runner, nix, flake, { ...request, givenUp: [] }, { state: { ...emptyState(), lists: new Map(state.lists) }, only, onEvent: () => undefined }));
    for (const [index, id] of thrown.entries())
        takeError(state, id, errors[index] ?? 'error: its evaluation throws an error, whose text was not asked for');
}
/** @returns the text of the error that ended the evaluation; undefined where it came to its end */
async function evaluate(runner, nix, { reference }, request, { state, only, onEvent }) {
    const mark = `@survey-${(0,external_node_crypto_.randomBytes)(12).toString('hex')}`;
    const folder = (0,external_node_fs_.mkdtempSync)((0,external_node_path_.join)(runner.facts.folder, 'survey-'));
    for (const [file, name] of Object.entries(FILES))
        (0,external_node_fs_.copyFileSync)((0,external_node_path_.join)(runner.facts.assets, 'nix', file), (0,external_node_path_.join)(folder, name));
    const known = Object.fromEntries(state.parts);
    (0,external_node_fs_.writeFileSync)((0,external_node_path_.join)(folder, 'request.json'), JSON.stringify({ ...request, mark, only, done: doneItems(state), known }));
    const errors = [];
    const target = ['--override-input', 'target', reference];
    const command = evaluation(nix, [`${pathReference(folder)}#survey`, ...target, '--no-write-lock-file']);
    const result = await runner.commands.run(command, {
        accept: 'any',
        timeoutSeconds: EVALUATION_LIMIT_SECONDS,
        onLine: (line, stream) => {
            if (stream !== 'stderr')
                return;
            const event = takeLine(state, mark, line);
            if (event === undefined)
                errors.push(line);
            else
                onEvent(event);
        },
    });
    if (result.stopped !== undefined)
        throw new runner_errors/* CommandError */.Qd(command, result);
    state.url ??= lockedUrl(errors);
    return result.exitCode === 0 ? undefined : errors.join('\n');
}

;// CONCATENATED MODULE: ./build/js/plan-pipeline.js



















/**
 * The plan action: from a flake and targets to the matrix of jobs, in the order
 * inputs → install → survey (one evaluation) → decide → pack → report.
 */
async function runPlan(runner, read) {
    const token = read('github-token');
    if (token !== '')
        runner.log.mask(token);
    const inputs = parsePlanInputs(read);
    const { placed, problems } = placeTargets(inputs);
    if (problems.length > 0)
        throw new runner_errors/* UserError */.yo(['targets cannot all be built:', ...problems.map((line) => `- ${line}`)].join('\n'));
    const { log } = runner;
    const installed = await log.group('Nix', () => installNix(runner, inputs));
    return await withDaemon(runner, installed, async () => {
        const { nix } = await leaveOutUseless(runner, installed);
        return await planJobs(runner, nix, inputs, placed);
    });
}
/** What needs a Nix: from the evaluation on. */
async function planJobs(runner, nix, inputs, placed) {
    const flake = await openFlake(runner, nix, inputs.flake);
    const { state, decided } = await surveyAndDecide(runner, nix, inputs, placed, flake);
    const entries = decided.flatMap((each) => each.entries);
    const left = inputs.targets === undefined ? leftOut(inputs, placed, state.systems ?? []) : [];
    if (entries.length + left.length === 0)
        throw new runner_errors/* UserError */.yo(nothing(inputs, state));
    const jobs = packJobs(decided, inputs.maxJobs);
    if (typeof jobs === 'string')
        throw new runner_errors/* UserError */.yo(`An input is wrong:\n- max-jobs: ${jobs}`);
    const url = state.url ?? (await flake.read()).url;
    await reportMatrix(runner, { flake: { url }, jobs, entries, leftOut: left });
}
/** Decides the targets that are evaluated while others still are: two processes at once are enough for both. */
async function surveyAndDecide(runner, nix, inputs, placed, flake) {
    const { log } = runner;
    const lookUp = openMissing(runner, nix);
    const open = new Set(placed);
    const whole = new external_node_stream_.PassThrough({ objectMode: true });
    const deciding = parallel_inParallel(2, whole, async ({ target, state }) => {
        const wanted = listWanted(inputs, [target], state);
        const missing = await lookUp(derivationsOf(wanted).map(({ drvPath }) => drvPath));
        return { target, ...(await plan_pipeline_decide(runner, nix, inputs, wanted, missing)) };
    });
    deciding.catch(() => undefined); // thrown where it is awaited
    try {
        const state = await log.group('Evaluation', () => surveyFlake(runner, nix, flake, surveyRequest(inputs, placed), (known, ended) => {
            const target = placed.find(({ target: { name } }) => name === ended);
            if (target === undefined)
                lookUp(derivationsIn(known)).catch(() => undefined);
            // the messages of what throws come when all else is known
            else if (!hasThrown(known, target.target.name) && open.delete(target))
                whole.write({ target, state: known });
        }));
        for (const target of open)
            whole.write({ target, state });
        whole.end();
        const found = await log.group('What is in the caches', () => deciding);
        const ordered = placed.flatMap((target) => found.filter((each) => each.target === target));
        const settled = failUnknownNames(ordered.map(({ entries }) => entries));
        const decided = ordered.map((each, index) => {
            const entries = settled[index] ?? each.entries;
            return entries === each.entries ? each : makePackable(entries, each.graph);
        });
        return { state, decided };
    }
    finally {
        whole.end();
    }
}
const hasThrown = ({ thrown }, target) => [...thrown].some((id) => targetOf(id) === target);
async function plan_pipeline_decide(runner, nix, inputs, wanted, { graph, fetchable }) {
    const outputs = derivationsOf(wanted)
        .filter(({ drvPath }) => !graph.has(drvPath))
        .flatMap((each) => Object.values(each.outputs));
    const { fetched, refused } = await whatIsHeld(runner, nix, [...new Set(outputs)], fetchable);
    const isThere = (path) => fetched.has(path) || (fetchable.has(path) && !refused.has(path));
    if (refused.size > 0)
        runner.log.warning(describeRefused([...refused]));
    const entries = decideEntries(wanted, inputs, {
        graph,
        cached: (paths) => Object.values(paths).every(isThere),
        emulationProblem: plan_pipeline_emulationProblem,
        explain: explainBriefly,
    });
    return makePackable(entries, graph);
}
const describeRefused = ([first, ...others]) => `A substituter has ${first}${others.length === 0 ? '' : ` and ${others.length} more`}, signed by no key in trusted-public-keys: Nix would not fetch it, so it is planned. Add the key to extra-nix-config (extra-trusted-public-keys = …).`;
function plan_pipeline_emulationProblem(place, system) {
    if (!place.endsWith('-linux'))
        return 'only a Linux runner emulates other systems';
    return architectureOf(system) === undefined ? 'QEMU has no user emulation for it' : undefined;
}
function nothing(inputs, state) {
    const systems = state.systems ?? [];
    const errors = [...state.lists].flatMap(([id, outcome]) => isSystemsPart(id) && 'error' in outcome ? [explainBriefly(outcome.error)] : []);
    const known = systems.length > 0
        ? `The flake exposes ${systems.join(', ')}.`
        : errors.length > 0
            ? `It does not evaluate: ${[...new Set(errors)].join('; ')}.`
            : inputs.packages.includes('*')
                ? 'The flake has no packages.SYSTEM. Name what else it has by its path, such as checks.{target}.* or legacyPackages.{target}.hello; for what only an overlay has, give its name and the targets.'
                : 'The flake has no derivation of that name, or its system cannot be told: then name the targets.';
    return `packages: "${inputs.packages.join(' ')}" finds nothing. ${known}`;
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


/***/ })

};
