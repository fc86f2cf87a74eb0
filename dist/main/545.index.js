export const id = 545;
export const ids = [545];
export const modules = {

/***/ 545:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  buildAndPush: () => (/* binding */ buildAndPush)
});

// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(8500);
;// CONCATENATED MODULE: ./build/js/strategy/emulated.js
/** Systems whose programs the build of a plan runs under an emulator, and this machine's own among them. */
function emulatedSystems({ target, choice, candidates }) {
    if (choice === undefined || (choice.strategy !== 'emulated' && choice.hybrid !== true))
        return [];
    const toBuild = Object.keys(candidates.find(({ chosen }) => chosen)?.cost?.toBuild ?? {});
    return [...new Set([target.system, choice.evaluated.system, ...toBuild])];
}

// EXTERNAL MODULE: ./build/js/nix/nix.js
var nix_nix = __webpack_require__(6221);
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

// EXTERNAL MODULE: ./build/js/nix/hash.js
var hash = __webpack_require__(4132);
// EXTERNAL MODULE: ./build/js/nix/store-path.js
var store_path = __webpack_require__(2295);
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
            take = (path) => toFetch.push((0,store_path/* parseStorePath */.GV)(path));
        }
        else if (/^th(?:is derivation|ese \d+ derivations) will be built:/.test(line)) {
            take = (path) => toBuild.push((0,store_path/* parseDrvPath */.r6)(path));
        }
        else if (/^don't know how to build these paths.*:/.test(line)) {
            take = (path) => unknown.push((0,store_path/* parseStorePath */.GV)(path));
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
function parsePathInfos(document) {
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
        ...(deriver?.endsWith('.drv') ? { deriver: (0,store_path/* parseDrvPath */.r6)(full(deriver)) } : {}),
        ...(ca === undefined ? {} : { ca }),
        ...(closureSize === undefined ? {} : { closureSize }),
        ...(downloadSize === undefined ? {} : { downloadSize }),
        ...(url === undefined ? {} : { url }),
    };
}
function storePath(path, at) {
    try {
        return (0,store_path/* parseStorePath */.GV)(path);
    }
    catch {
        throw new DecodeError(`${at}: not a store path: ${path}`);
    }
}
const sriHash = (value, at) => {
    try {
        return (0,hash/* toSri */.kB)(value);
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

// EXTERNAL MODULE: ./build/js/nix/version.js
var version = __webpack_require__(2394);
;// CONCATENATED MODULE: ./build/js/nix/store.js



const FEATURES = ['--extra-experimental-features', 'nix-command'];
const QUERY_LIMIT_SECONDS = 600;
/** Paths in one command line: it ends at 2 MB, a path has up to 250 characters. */
const PATHS_A_COMMAND = 5000;
/** A command of the new interface, which a machine's own Nix may have switched off. */
const newCommand = (nix, args, more = {}) => (0,nix_nix/* nixCommand */.Dv)(nix, 'nix', [...FEATURES, ...args], more);
/** What a store knows of paths; those that it does not have are left out. @throws CommandError where it does not answer */
async function pathInfos(commands, nix, paths, { recursive = false, store, command = async (args) => newCommand(nix, args) } = {}) {
    const infos = new Map();
    for (const some of slices(paths)) {
        const args = [
            // from 2.33 on the format has to be named
            ...['path-info', '--json', ...((0,version/* atLeast */.jZ)(nix.version, '2.33') ? ['--json-format', '1'] : [])],
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

;// CONCATENATED MODULE: ./build/js/build/store.js



const store_QUERY_LIMIT_SECONDS = 600;
/** Which of the paths are valid in the local store. */
async function validPaths(runner, nix, paths) {
    if (paths.length === 0)
        return new Set();
    const command = (0,nix_nix/* nixCommand */.Dv)(nix, 'nix-store', ['--check-validity', '--print-invalid', ...paths]);
    const { stdout } = await runner.commands.run(command, { timeoutSeconds: store_QUERY_LIMIT_SECONDS });
    const invalid = new Set(stdout.split('\n'));
    return new Set(paths.filter((path) => !invalid.has(path)));
}
/** All that the paths refer to, themselves included, with sizes, hashes and signatures. */
const closureOf = (runner, nix, paths) => pathInfos(runner.commands, nix, paths, { recursive: true });
/** Derivations with all derivations that they need. */
async function derivationClosure(runner, nix, drvPaths) {
    const command = (0,nix_nix/* nixCommand */.Dv)(nix, 'nix-store', ['--query', '--requisites', ...drvPaths]);
    const { stdout } = await runner.commands.run(command, { timeoutSeconds: store_QUERY_LIMIT_SECONDS });
    return new Set(stdout.split('\n').filter((path) => path.endsWith('.drv')));
}
/** The output paths of derivations that are valid by now. Never throws: what cannot be asked is told at the end. */
async function outputsInStore(runner, nix, derivations) {
    const command = (0,nix_nix/* nixCommand */.Dv)(nix, 'nix-store', ['--query', '--outputs', ...derivations]);
    const { stdout } = await runner.commands
        .run(command, { timeoutSeconds: store_QUERY_LIMIT_SECONDS })
        .catch(() => ({ stdout: '' }));
    const paths = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map(store_path/* parseStorePath */.GV);
    const valid = await validPaths(runner, nix, paths).catch(() => new Set());
    return paths.filter((path) => valid.has(path));
}

;// CONCATENATED MODULE: ./build/js/build/began.js

/** The derivations whose builds were begun, each with the targets that need it. */
async function beganDerivations(runner, nix, plans, { derivations }) {
    if (derivations.size === 0)
        return [];
    const wanted = new Map();
    for (const { target, choice } of plans)
        if (choice)
            wanted.set(target.name, [...(wanted.get(target.name) ?? []), choice.evaluated.drvPath]);
    const closures = new Map();
    // with one target there is nothing to ask
    if (wanted.size > 1)
        for (const [name, drvPaths] of wanted)
            closures.set(name, await derivationClosure(runner, nix, drvPaths));
    const names = [...wanted.keys()];
    return inOrder([...derivations.values()], (drvPath) => names.filter((name) => wanted.size === 1 || closures.get(name)?.has(drvPath)));
}
function inOrder(followed, targetsOf) {
    const sorted = [...followed].sort((a, b) => a.startedAt - b.startedAt);
    return sorted.map(({ drvPath, name, machine, status, startedAt, seconds }) => ({
        drvPath,
        name,
        machine,
        status: status === 'built' || status === 'stopped' ? status : 'failed',
        start: startedAt / 1000,
        seconds,
        targets: targetsOf(drvPath),
    }));
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
;// CONCATENATED MODULE: ./build/js/build/check/archive.js
/** The first 8 bytes of an `ar` archive (a static library). A thin one, `!<thin>`, only names files that lie beside it. */
const MAGIC = '!<arch>\n';
/** Bytes of a member's header. */
const MEMBER_HEADER = 60;
const isArchive = (header) => latin(header, 0, MAGIC.length) === MAGIC;
/** Position of the first member. */
const FIRST_MEMBER = MAGIC.length;
/**
 * Reads a member's header (ar(5); System V and BSD forms).
 * @param bytes from the header on @param at position of the header in the file
 * @returns undefined where there is no header: the end, or a damaged archive
 */
function readMember(bytes, at) {
    if (bytes.length < MEMBER_HEADER || latin(bytes, 58, 60) !== '`\n')
        return undefined;
    const name = latin(bytes, 0, 16).trim();
    const size = /^(\d+) *$/.exec(latin(bytes, 48, 58))?.[1];
    if (size === undefined)
        return undefined;
    const long = /^#1\/(\d+)$/.exec(name)?.[1];
    const skip = Number(long ?? 0);
    const shown = long === undefined ? name.replace(/\/$/, '') : latin(bytes, MEMBER_HEADER, MEMBER_HEADER + skip).replace(/\0+$/, '');
    const index = ['', '/', '//', '/SYM64', '/SYM64/'].includes(name) || shown.startsWith('__.SYMDEF');
    // contents are padded to an even length
    const end = at + MEMBER_HEADER + Number(size);
    return { name: shown, skip, next: end + (end % 2), index, longNames: name === '//' };
}
const latin = (bytes, from, to) => Buffer.from(bytes.subarray(from, to)).toString('latin1');

// EXTERNAL MODULE: ./build/js/nix/platform.js
var platform = __webpack_require__(8671);
;// CONCATENATED MODULE: ./build/js/build/check/elf.js

/** Bytes of a file that suffice to identify it. */
const HEADER_SIZE = 4096;
// e_machine of code that no target's processor runs itself: none, CUDA, AMDGPU, BPF (elfutils elf.h)
const FOR_NO_HOST = [0, 190, 224, 247];
const ELF_NAMES = {
    2: 'sparc',
    3: 'i386',
    4: 'm68k',
    8: 'mips',
    20: 'powerpc',
    21: 'powerpc64',
    22: 's390',
    40: 'arm',
    42: 'sh',
    43: 'sparc64',
    50: 'ia64',
    62: 'x86-64',
    83: 'avr',
    94: 'xtensa',
    183: 'aarch64',
    243: 'riscv',
    258: 'loongarch',
};
// IMAGE_FILE_MACHINE_* of the PE format's specification
const PE_NAMES = {
    332: 'i386',
    448: 'arm',
    450: 'arm',
    452: 'arm',
    20530: 'riscv32',
    20580: 'riscv64',
    25188: 'loongarch64',
    34404: 'x86-64',
    43620: 'aarch64',
};
const PE_ANY_MACHINE = [0, 0xebc];
// CPU_TYPE_* of Apple's mach/machine.h
const MACH_NAMES = {
    7: 'i386',
    12: 'arm',
    18: 'powerpc',
    16777223: 'x86-64',
    16777228: 'aarch64',
    16777234: 'powerpc64',
};
/** Identifies an ELF, PE, Mach-O or WebAssembly file by its first `HEADER_SIZE` bytes (fewer where the file ends before). */
function identify(header) {
    if (header.length < 8)
        return undefined;
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    const magic = view.getUint32(0);
    if (magic === 0x7f454c46)
        return identifyElf(view);
    // webassembly.github.io/spec, binary format; version 1 is a module, 13 with layer 1 a component
    if (magic === 0x0061736d)
        return { format: 'WebAssembly' };
    if (view.getUint16(0) === 0x4d5a)
        return identifyPe(view);
    return identifyMachO(view, magic);
}
function identifyElf(view) {
    const [bits, order] = [view.getUint8(4), view.getUint8(5)];
    if (view.byteLength < 20 || bits < 1 || bits > 2 || order < 1 || order > 2)
        return undefined;
    const little = order === 1;
    const machine = view.getUint16(18, little);
    return { format: 'ELF', machine: { bits: bits === 1 ? 32 : 64, endian: little ? 'little' : 'big', machine } };
}
function identifyPe(view) {
    if (view.byteLength < 64)
        return undefined;
    const at = view.getUint32(0x3c, true);
    if (at + 26 > view.byteLength || view.getUint32(at) !== 0x50450000)
        return undefined;
    // the 15th data directory is that of the common language runtime; it comes after 96 bytes, or 112 in PE32+
    const directory = at + 24 + (view.getUint16(at + 24, true) === 0x20b ? 112 : 96) + 14 * 8;
    const managed = directory + 4 <= view.byteLength && view.getUint32(directory, true) !== 0;
    return { format: 'PE', machine: view.getUint16(at + 4, true), managed };
}
function identifyMachO(view, magic) {
    if (magic === 0xfeedface || magic === 0xfeedfacf)
        return { format: 'Mach-O', machines: [view.getUint32(4)] };
    if (magic === 0xcefaedfe || magic === 0xcffaedfe)
        return { format: 'Mach-O', machines: [view.getUint32(4, true)] };
    const size = { 3405691582: 20, 3405691583: 32 }[magic];
    const count = view.getUint32(4);
    // a Java class begins with the same bytes, then its version, which is 45 or more
    if (size === undefined || count < 1 || count > 40 || 8 + count * size > view.byteLength)
        return undefined;
    return { format: 'Mach-O', machines: Array.from({ length: count }, (_, index) => view.getUint32(8 + index * size)) };
}
/** What binaries for a system have to be; undefined where the system's processor is not in the table. */
function wantedFor(system) {
    const [cpu = '', os = 'linux'] = system.split('-');
    if (cpu.startsWith('wasm'))
        return { name: cpu, elf: undefined, pe: [], machO: [], format: 'WebAssembly' };
    const elf = platform/* PLATFORMS */.P4.find((platform) => platform.system === `${cpu}-linux`)?.elf;
    if (elf === undefined)
        return undefined;
    const name = machineName(elf);
    const numbers = (table) => Object.entries(table).flatMap(([number, called]) => (called === name ? [Number(number)] : []));
    const format = { darwin: 'Mach-O', windows: 'PE', cygwin: 'PE' }[os] ?? 'ELF';
    return { name, elf, pe: numbers(PE_NAMES), machO: numbers(MACH_NAMES), format: format };
}
/** What is wrong with a binary in an output for the target; undefined where nothing is. */
function complaint(binary, wanted) {
    if (passes(binary, wanted))
        return undefined;
    const format = binary.format === wanted.format || wanted.format === 'ELF' ? '' : `${wanted.format} `;
    return `${describe(binary)}, wanted ${format}${wanted.name}`;
}
/** Whether a binary is what it has to be. */
function passes(binary, wanted) {
    switch (binary.format) {
        case 'ELF': {
            const { bits, endian, machine } = binary.machine;
            if (FOR_NO_HOST.includes(machine))
                return true;
            // an ELF program does not run on macOS or Windows, whatever its machine
            const { elf } = wanted;
            return (wanted.format === 'ELF' &&
                elf !== undefined &&
                bits === elf.bits &&
                endian === elf.endian &&
                machine === elf.machine);
        }
        case 'PE':
            // on Linux, boot loaders and kernels are PE files for the target's machine
            return binary.managed || PE_ANY_MACHINE.includes(binary.machine) || wanted.pe.includes(binary.machine);
        case 'WebAssembly':
            // any program may bring modules for its own interpreter, or for browsers
            return true;
        case 'Mach-O':
            return binary.machines.some((machine) => wanted.machO.includes(machine));
    }
}
function describe(binary) {
    const number = (value) => `machine 0x${value.toString(16)}`;
    if (binary.format === 'ELF')
        return `ELF ${machineName(binary.machine)}`;
    if (binary.format === 'WebAssembly')
        return 'WebAssembly';
    if (binary.format === 'PE')
        return `PE ${PE_NAMES[binary.machine] ?? number(binary.machine)}`;
    return `Mach-O ${binary.machines.map((machine) => MACH_NAMES[machine] ?? number(machine)).join(' and ')}`;
}
/** Names of the processors that it is for; none of WebAssembly, and of those that are not known. */
function processorsOf(binary) {
    if (binary.format === 'ELF')
        return [machineName(binary.machine).replace(/ \(.*/, '')];
    if (binary.format === 'WebAssembly')
        return [];
    const machines = binary.format === 'PE' ? [binary.machine] : binary.machines;
    const names = binary.format === 'PE' ? PE_NAMES : MACH_NAMES;
    return machines.map((machine) => names[machine] ?? '');
}
/** `aarch64`, `riscv64`, `mips64el`; bits and byte order are told where they are not the processor's usual ones. */
function machineName({ bits, endian, machine }) {
    const name = ELF_NAMES[machine] ?? `machine 0x${machine.toString(16)}`;
    if (name === 's390')
        return bits === 64 ? 's390x' : 's390';
    if (name === 'riscv' || name === 'loongarch')
        return `${name}${bits}`;
    if (name === 'mips')
        return `mips${bits === 64 ? 64 : ''}${endian === 'little' ? 'el' : ''}`;
    const usual = USUAL.find((row) => row.machine === machine);
    if (usual === undefined)
        return name;
    const odd = [
        ...(usual.bits === bits ? [] : [`${bits}-bit`]),
        ...(usual.endian === endian ? [] : [`${endian}-endian`]),
    ];
    return odd.length === 0 ? name : `${name} (${odd.join(', ')})`;
}
/** The first row of each machine in the table is its usual form. */
const USUAL = platform/* PLATFORMS */.P4.map((platform) => platform.elf);

;// CONCATENATED MODULE: ./build/js/build/check/named-for.js

/** Other names of processors, as folders have them. */
const NAMES = [
    [/^(?:amd64|x64)$/, 'x86-64'],
    [/^(?:i[3-6]86|ia32|x86)$/, 'i386'],
    [/^arm64$/, 'aarch64'],
    [/^arm/, 'arm'],
    [/^(?:ppc|powerpc)64/, 'powerpc64'],
    [/^(?:ppc|powerpc)/, 'powerpc'],
    [/^mips/, 'mips'],
    [/^loong64$/, 'loongarch64'],
    [/^s390$/, 's390x'],
];
const usual = (word) => NAMES.find(([words]) => words.test(word))?.[1] ?? word;
/**
 * Whether a folder in the path is named for the processors of the file in it, `arm-none-eabi/lib`, `i386-pc`,
 * `rustlib/riscv64gc-unknown-linux-gnu`: then it is there on purpose.
 * @param path within an output
 */
function isNamedFor(path, binary) {
    const folders = path
        .slice(0, path.lastIndexOf('/') + 1)
        .toLowerCase()
        .replace(/x86[-_]64/g, 'x64');
    const words = new Set(folders.split(/[^a-z0-9]+/).map((word) => usual(word.replace(/^(riscv\d\d).*/, '$1'))));
    const processors = processorsOf(binary);
    return processors.length > 0 && processors.every((name) => words.has(usual(name)));
}

;// CONCATENATED MODULE: ./build/js/build/check/architecture.js





/**
 * Files that are for other machines on purpose: firmware of devices and of QEMU's machines, test data of compilers and
 * debuggers, what Node's and .NET's packages carry for every system, and the Windows launchers of Python's installers.
 */
const ON_PURPOSE = /(?:^|\/)(?:lib\/firmware|share\/qemu|testdata|prebuilds|runtimes\/[^/]+\/native)\/|\/(?:setuptools|pip|distlib)\/(?:.*\/)?[^/]*\.exe$/;
/** Files between two pauses in which other work gets its turn. */
const FILES_AT_ONCE = 500;
/**
 * Checks that every ELF, PE, Mach-O and WebAssembly file in the outputs, and every one in static libraries there, is for the
 * target, or for the processor that its folder is named for. Reads headers only, does not follow symlinks.
 * @param target its platform, or its system; nothing is checked for a processor that is not in the table
 * @param machine system that built it: what is for that one is wrong in any folder, as a cross build may have gone wrong
 * @returns a line for each file that is not: `bin/hello: ELF x86-64, wanted aarch64`
 */
async function checkArchitecture(outputs, target, machine) {
    const wanted = wantedFor(typeof target === 'string' ? target : target.system);
    if (wanted === undefined)
        return [];
    const own = machine === undefined ? undefined : wantedFor(machine);
    const judge = (shown) => (binary) => isNamedFor(shown, binary) && (own === undefined || !passes(binary, own)) ? undefined : complaint(binary, wanted);
    const wrong = [];
    const buffer = Buffer.alloc(HEADER_SIZE);
    for (const output of outputs) {
        const prefix = outputs.length > 1 ? `${nameOf(output)}/` : '';
        let files = 0;
        for (const path of filesOf(Buffer.from(output))) {
            const shown = path.toString().slice(output.length + 1);
            if (!ON_PURPOSE.test(shown)) {
                const lines = checkFile(path, judge(shown), buffer);
                wrong.push(...lines.map((line) => `${shown === '' ? nameOf(output) : prefix + shown}${line}`));
            }
            files += 1;
            if (files % FILES_AT_ONCE === 0)
                await (0,promises_.setImmediate)();
        }
    }
    return wrong;
}
const nameOf = (output) => output.slice(output.lastIndexOf('/') + 1).replace(/^[0-9a-z]{32}-/, '');
/** Regular files below a path, or the path itself; names are bytes, which need not be UTF-8. */
function* filesOf(path) {
    const stat = (0,external_node_fs_.lstatSync)(path);
    if (stat.isFile())
        yield path;
    if (stat.isDirectory())
        yield* filesIn(path);
}
function* filesIn(folder) {
    for (const entry of (0,external_node_fs_.readdirSync)(folder, { withFileTypes: true, encoding: 'buffer' })) {
        const path = Buffer.concat([folder, Buffer.from('/'), entry.name]);
        if (entry.isDirectory())
            yield* filesIn(path);
        else if (entry.isFile())
            yield path;
    }
}
/** What is wrong with a file: `: ELF x86-64, …`, for a member of an archive `(hello.o): ELF x86-64, …`. */
function checkFile(path, judge, buffer) {
    const file = (0,external_node_fs_.openSync)(path, 'r');
    try {
        const header = buffer.subarray(0, (0,external_node_fs_.readSync)(file, buffer, 0, HEADER_SIZE, 0));
        if (isArchive(header))
            return checkArchive(file, judge, buffer);
        const binary = identify(header);
        const wrong = binary && judge(binary);
        return wrong === undefined ? [] : [`: ${wrong}`];
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
}
/** What kind of program a file is; undefined where it is none, or no file. Follows symlinks. */
function formatOf(path) {
    if (!(0,external_node_fs_.statSync)(path, { throwIfNoEntry: false })?.isFile())
        return undefined;
    const file = (0,external_node_fs_.openSync)(path, 'r');
    try {
        const buffer = Buffer.alloc(HEADER_SIZE);
        return identify(buffer.subarray(0, (0,external_node_fs_.readSync)(file, buffer, 0, HEADER_SIZE, 0)))?.format;
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
}
/** The first wrong member of an archive and how many there are: one line says enough of a library. */
function checkArchive(file, judge, buffer) {
    let first;
    let count = 0;
    let at = FIRST_MEMBER;
    let longNames = 0;
    for (;;) {
        const bytes = buffer.subarray(0, (0,external_node_fs_.readSync)(file, buffer, 0, HEADER_SIZE, at));
        const member = readMember(bytes, at);
        if (member === undefined)
            break;
        const binary = member.index ? undefined : identify(bytes.subarray(MEMBER_HEADER + member.skip));
        const wrong = binary && judge(binary);
        if (member.longNames)
            longNames = at + MEMBER_HEADER;
        if (wrong !== undefined) {
            first ??= `(${longName(file, longNames, member.name)}): ${wrong}`;
            count += 1;
        }
        at = member.next;
    }
    if (first === undefined)
        return [];
    return [count === 1 ? first : `${first} (${count} members in all)`];
}
/** The name that a GNU archive keeps in its table, for `/<offset>`. */
function longName(file, table, name) {
    const offset = /^\/(\d+)$/.exec(name)?.[1];
    if (offset === undefined || table === 0)
        return name;
    const bytes = Buffer.alloc(256);
    const text = bytes.toString('latin1', 0, (0,external_node_fs_.readSync)(file, bytes, 0, bytes.length, table + Number(offset)));
    return text.split('/\n')[0] ?? name;
}

;// CONCATENATED MODULE: ./build/js/build/check/launcher.js
const WINE = { tool: 'wine', args: [], format: 'PE', suffix: '.exe' };
const WASMTIME = { tool: 'wasmtime', args: ['run'], format: 'WebAssembly', suffix: '.wasm' };
/**
 * What starts the programs of a system.
 * @param machine this machine's own system
 * @returns undefined where the kernel does, by itself or through an emulator; a text where nothing here can
 */
function launcherFor(system, machine) {
    const [cpu = '', os] = system.split('-');
    if (os === 'wasi')
        return WASMTIME;
    if (os !== 'windows')
        return undefined;
    const [own = ''] = machine.split('-');
    const runs = own === cpu || (own === 'x86_64' && cpu === 'i686');
    return runs ? WINE : `wine on ${machine} does not run ${system} programs`;
}
/** A script by which a file is started as if it were a program of this machine. */
function launchScript(launcher, args, file) {
    const words = [launcher, ...args, file].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    return `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`;
}
/** Names by which a program is found: as it is, and without the suffix that its system puts behind programs. */
function launchNames(file, { suffix }) {
    const bare = file.endsWith(suffix) ? file.slice(0, -suffix.length) : file;
    return bare === '' ? [file] : [...new Set([file, bare])];
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./build/js/runner/errors.js
var runner_errors = __webpack_require__(4890);
;// CONCATENATED MODULE: ./build/js/build/check/smoke-test.js





const SMOKE_TEST_LIMIT_SECONDS = 600;
/** What only a shell gives a meaning. */
const SHELL_SYNTAX = /^(?:&&|\|\|?|;|>>?|<)$|;$|\$[({A-Za-z_]|`/;
const NO_SHELL = " (it is not given to a shell: for shell syntax write bash -c '…')";
/**
 * Runs the workflow's command with the outputs first on PATH. A foreign Linux program runs under the emulator that the
 * kernel finds for it, others by scripts that stand before the outputs on PATH and start them with the launcher.
 * @param launcher with the place of its program
 * @returns why it failed; undefined where it passed
 */
async function smokeTest(runner, words, outputs, silentSeconds, launcher) {
    const [tool = '', ...args] = words;
    const folders = outputs.map((output) => `${output}/bin`);
    const scripts = launcher === undefined ? [] : [await writeScripts(runner, folders, launcher.kind, launcher.place)];
    const path = [...scripts, ...folders, runner.facts.env.PATH ?? ''].join(':');
    // The program is looked up on that PATH: `env` does it, without a shell.
    const command = {
        tool: 'env',
        args: [`PATH=${path}`, tool, ...args],
        cwd: runner.facts.folder,
        env: launcher?.kind.tool === 'wine' ? wineEnvironment(runner) : {},
    };
    try {
        await runner.commands.run(command, {
            timeoutSeconds: SMOKE_TEST_LIMIT_SECONDS,
            ...(silentSeconds > 0 ? { silentSeconds } : {}),
            onLine: (line) => runner.log.info(`smoke-test> ${line}`),
        });
        return undefined;
    }
    catch (error) {
        if (!(error instanceof runner_errors/* CommandError */.Qd) || error.result.stopped === 'cancelled')
            throw error;
        return smoke_test_describe(words, error);
    }
}
/** One script for each name of each program of the launcher's format; the first output that has a name wins. */
async function writeScripts(runner, folders, launcher, place) {
    const scripts = (0,external_node_fs_.mkdtempSync)((0,external_node_path_.join)(runner.facts.folder, 'programs-'));
    for (const folder of folders.filter((name) => (0,external_node_fs_.existsSync)(name))) {
        for (const file of (0,external_node_fs_.readdirSync)(folder)) {
            const program = (0,external_node_path_.join)(folder, file);
            if (formatOf(program) !== launcher.format)
                continue;
            for (const name of launchNames(file, launcher)) {
                const script = (0,external_node_path_.join)(scripts, name);
                const text = launchScript(place, launcher.args, program);
                if (!(0,external_node_fs_.existsSync)(script))
                    await runner.files.write(script, text, { mode: 0o755 });
            }
        }
    }
    return scripts;
}
/** A Windows of this run's own, without menu entries in the user's home and without windows that ask to install Mono. */
function wineEnvironment({ facts }) {
    const own = {
        WINEPREFIX: (0,external_node_path_.join)(facts.folder, 'wine'),
        WINEDEBUG: '-all',
        WINEDLLOVERRIDES: 'mscoree=d;mshtml=d;winemenubuilder.exe=d',
    };
    return Object.fromEntries(Object.entries(own).map(([name, value]) => [name, facts.env[name] ?? value]));
}
function smoke_test_describe(words, { result }) {
    const shown = words.join(' ');
    if (result.stopped !== undefined)
        return `the smoke test "${shown}" was ended: it took too long or printed nothing`;
    const why = { 126: ': it cannot be executed on this machine', 127: ': there is no such program in the outputs or on PATH' }[result.exitCode] ?? '';
    const tail = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-5).join('\n');
    const hint = words.some((word) => SHELL_SYNTAX.test(word)) ? NO_SHELL : '';
    return `the smoke test "${shown}" failed with exit code ${result.exitCode}${why}${hint}${tail === '' ? '' : `\n${tail}`}`;
}

;// CONCATENATED MODULE: ./build/js/build/check/examine.js



const SHOWN_FILES = 10;
/**
 * Checks a package that was built: its files are for the target, and the workflow's smoke test passes.
 * @param cannotRun why programs of the target do not run here
 */
async function examine(runner, inputs, { system: machine }, plan, outputs, cannotRun) {
    if (inputs.checkArchitecture) {
        const wrong = await checkArchitecture(outputs, plan.target.system, machine);
        if (wrong.length > 0)
            return { error: describeWrong(plan, wrong), notForTarget: true };
    }
    if (inputs.smokeTest === undefined)
        return {};
    if (cannotRun !== undefined)
        return { error: `the smoke test cannot run on this machine: ${cannotRun}` };
    const launcher = findLauncher(runner, plan.target.system, machine);
    if (typeof launcher === 'string')
        return skipped(runner, plan, launcher);
    const error = await smokeTest(runner, inputs.smokeTest, outputs, inputs.silentTimeout, launcher);
    return error === undefined ? {} : { error };
}
/** What starts programs of the target; undefined where the kernel does, a text where nothing here can. */
function findLauncher(runner, target, machine) {
    const kind = launcherFor(target, machine);
    if (kind === undefined || typeof kind === 'string')
        return kind;
    const place = runner.commands.find(kind.tool);
    return place === undefined ? `${kind.tool} is not installed here` : { kind, place };
}
function skipped(runner, plan, why) {
    const note = `The smoke test was skipped: ${why}, and nothing else starts ${plan.target.system} programs.`;
    runner.log.info(`smoke-test> ${plan.package} for ${plan.target.name}: ${note}`);
    return { notes: [note] };
}
function describeWrong(plan, wrong) {
    const more = wrong.length > SHOWN_FILES ? [`… and ${wrong.length - SHOWN_FILES} more`] : [];
    return [
        `${wrong.length} file(s) in the outputs of ${plan.package} are not for ${plan.target.name}:`,
        ...wrong.slice(0, SHOWN_FILES).map((file) => `  ${file}`),
        ...more,
        'Build them for the target, or set check-architecture: false where they are meant to be there.',
    ].join('\n');
}

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
const words = (list) => list.split(/[,\s]+/).filter((word) => word !== '');
function mismatch(drv, system, own, features, available, text) {
    // 2.34 tells the features only where some are missing; before, all are listed, and the system may be one of extra-platforms
    if (system === own)
        return missingFeatures(drv, features, available);
    const during = /during evaluation|while realising the context/.test(text);
    const also = words(features).filter((feature) => !words(available).includes(feature));
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
    const missing = words(features).filter((feature) => !words(available).includes(feature));
    const shown = (missing.length === 0 ? words(features) : missing).join(', ');
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
const explain_store_hash = (sentence, wanted, got, advice = SAME_CONTENT) => ({
    sentence: `${sentence}: it is written down as ${wanted}, and is ${got}.`,
    advice,
    wanted,
    got,
});
/** The hashes in a text that has such a sentence in it, where what it is about is known by nothing else. */
function mismatchIn(text) {
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
        say: ([, drv = '', wanted = '', got = '']) => explain_store_hash(`${shortName(drv)} has another content than its hash says`, wanted, got),
    },
    {
        category: 'hash',
        pattern: /hash mismatch in file downloaded from '([^']+)':\s*specified:\s*(\S+)\s*got:\s*(\S+)/,
        say: ([, url = '', wanted = '', got = '']) => explain_store_hash(`${url} has another content than its hash says`, wanted, got),
    },
    {
        // 2.34 prints as "expected" what it found, and as "got" what the lock file says
        category: 'hash',
        pattern: /NAR hash mismatch in input '([^']+)', expected '([^']+)' but got '([^']+)'/,
        say: ([, input = '', found = '', locked = '']) => explain_store_hash(`the flake input ${bare(input)} has changed`, locked, found, LOCKED),
    },
    {
        category: 'hash',
        pattern: /NAR hash mismatch in input '([^']+)' \([^)]*\), expected '([^']+)', got '([^']+)'/,
        say: ([, input = '', wanted = '', got = '']) => explain_store_hash(`the flake input ${bare(input)} has changed`, wanted, got, LOCKED),
    },
    {
        category: 'hash',
        pattern: /mismatch in field 'narHash' of input '[^']*"narHash":"([^"]+)"[^']*', got '[^']*"narHash":"([^"]+)"/,
        say: ([, wanted = '', got = '']) => explain_store_hash('an input of the flake has changed', wanted, got, LOCKED),
    },
    {
        category: 'corrupt',
        pattern: /hash mismatch importing path '([^']+)';\s*(?:specified|wanted):\s*(\S+)\s*got:\s*(\S+)/,
        say: ([, path = '', wanted = '', got = '']) => ({
            ...explain_store_hash(`${shortName(path)} came damaged from the cache`, wanted, got),
            advice: 'The cache holds a broken file: delete that path from it and push it again.',
        }),
    },
    {
        category: 'corrupt',
        pattern: /path '([^']+)' was modified! expected hash '([^']+)', got '([^']+)'/,
        say: ([, path = '', wanted = '', got = '']) => ({
            ...explain_store_hash(`${shortName(path)} was modified in the store`, wanted, got),
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

// EXTERNAL MODULE: ./build/js/nix/log-text.js
var log_text = __webpack_require__(3670);
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
        const place = PLACED.includes(category) ? placeOf(text) : '';
        const sentence = said.sentence.replace(/\.$/, `${place}.`);
        return { category, ...said, sentence };
    }
    return unknown(own);
}
/** Without escape sequences, without the excerpts of source code, whose text is not Nix's own. */
const clean = (message) => (0,log_text/* plainText */.wh)(message.slice(-LONGEST_TEXT)).replace(/^\s*\d*\|.*$/gm, '');
/** What is to be mended where it is written. */
const PLACED = ['evaluation', 'attribute'];
/** ` (flake.nix:3:12)` where the last error itself has a place: what only called it tells little, and may be ours. */
function placeOf(text) {
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

;// CONCATENATED MODULE: ./build/js/build/culprits.js
/** Of an output that is built and may not be as it is, Nix names the output alone; to 2.26 it counts it as built. */
const REFUSED_OUTPUT = /(?:output|path) '\/[^']*\/[0-9a-z]{32}-([^']+)' is (?:not allowed to refer|too large)/;
function refusalOf(name, errors) {
    const isOf = (output = '') => output === name || output.startsWith(`${name}-`);
    return errors.find(({ text, drvPath }) => drvPath === undefined && isOf(REFUSED_OUTPUT.exec(text)?.[1]))?.text;
}
/** Derivations that failed, with Nix's message; without one where another's failure ended them. */
function failuresIn(seen, errors) {
    return seen.flatMap((each) => {
        const refusal = refusalOf(each.name, errors);
        const hasFailed = each.status === 'failed' || each.status === 'silent' || each.status === 'timeout';
        return hasFailed || refusal !== undefined ? [{ ...each, error: each.error ?? refusal }] : [];
    });
}
/** Derivations that failed by themselves. */
function culpritsOf(seen, errors) {
    const failed = failuresIn(seen, errors).filter(({ error }) => error !== undefined);
    return [...new Set([...failed.map(({ drvPath }) => drvPath), ...errors.flatMap(({ drvPath }) => drvPath ?? [])])];
}

;// CONCATENATED MODULE: ./build/js/build/failure.js



/** Finds which derivation failed for a package that was not realised, and says why. */
async function blame(runner, nix, plan, followed) {
    const refused = failure_refusalOf(plan, followed);
    // another way may do without that cache: no category of failures that are the same whichever is taken
    if (refused !== undefined)
        return { ...failedWith(plan, refused), category: 'other' };
    const goal = plan.choice?.evaluated.drvPath;
    const needed = goal === undefined ? new Set() : await derivationClosure(runner, nix, [goal]);
    const seen = [...followed.derivations.values()].filter(({ drvPath }) => needed.has(drvPath));
    const failures = failuresIn(seen, followed.errors);
    const own = followed.errors.filter(({ drvPath }) => drvPath !== undefined && needed.has(drvPath));
    const byItself = failures.find(({ error, status }) => error !== undefined || status !== 'failed');
    // without a word ends what is ended by another's failure
    const isEnded = own.length > 0 || culpritsOf([...followed.derivations.values()], followed.errors).length > 0;
    const loose = followed.errors.filter(({ drvPath }) => drvPath === undefined);
    const found = byItself ?? (isEnded ? undefined : failures[0]);
    // what ended Nix itself, it says of no derivation
    const culprit = found && withWords(found, loose);
    if (culprit !== undefined) {
        const { seconds, drvPath, lastLines } = culprit;
        const { category } = explainNix(culprit.error ?? '', lastLines);
        const error = failure_describe(plan, culprit);
        return {
            plan,
            seconds,
            status: 'failed',
            log: lastLines,
            error,
            category,
            culprit: drvPath,
            ...mismatchOf(culprit),
        };
    }
    // why no other machine built it is told of none of its derivations
    const refusals = loose.filter(({ text }) => text.startsWith('cannot build on '));
    const messages = (own.length > 0 ? [...refusals, ...own] : loose).map(({ text }) => text);
    if (messages.length === 0)
        return { plan, seconds: 0, status: 'skipped', error: 'not built: Nix stopped when another package failed' };
    return failedWith(plan, messages.join('\n'));
}
const failedWith = (plan, text) => ({
    plan,
    seconds: 0,
    status: 'failed',
    error: explained(text),
    category: explainNix(text).category,
});
/** What was said of an output that was to be fetched, and was refused: building it was nobody's plan. */
function failure_refusalOf({ choice, candidates }, { refused }) {
    const cost = candidates.find(({ chosen }) => chosen)?.cost;
    if (choice === undefined || Object.values(cost?.toBuild ?? { some: 1 }).some((count) => count > 0))
        return undefined;
    return refused.find((text) => Object.values(choice.evaluated.outputs).some((path) => text.includes(`'${path}'`)));
}
const withWords = (failed, said) => failed.error !== undefined || failed.lastLines.length > 0 || said.length === 0
    ? failed
    : { ...failed, error: said.map(({ text }) => text).join('\n') };
function failure_describe(plan, { name, drvPath, error, lastLines, status, seconds }) {
    const what = drvPath === plan.choice?.evaluated.drvPath ? name : `${name}, which ${plan.package} needs,`;
    if (status === 'silent') {
        const hint = 'Programs under QEMU are known to hang: build it cross or on a runner of its own kind, or raise silent-timeout.';
        return `${what} hung and was ended after ${Math.round(seconds)} s: no line of output for the silent-timeout. ${hint}`;
    }
    if (status === 'timeout')
        return `${what} was ended after ${Math.round(seconds)} s: it took longer than build-timeout allows.`;
    return `${what} failed to build: ${explained(error ?? '', lastLines)}${lastLines.some(isQemuCrash) ? ` ${UNDER_QEMU}` : ''}`;
}
/** What QEMU's user emulation prints where its program, or it itself, crashes. */
const isQemuCrash = (line) => /^\s*qemu: (?:uncaught target signal|unhandled)/.test(line);
const UNDER_QEMU = 'It crashed under QEMU, which may be to blame: build it cross or on a runner of its own kind, or give qemu-source a newer QEMU.';
/** Where its output is not what its hash says. */
function mismatchOf({ name, error = '', lastLines }) {
    const { category, wanted, got } = explainNix(error, lastLines);
    return category === 'hash' && wanted && got ? { mismatch: { name, wanted, got } } : {};
}
function explained(message, log = []) {
    const { sentence, advice } = explainNix(message, log);
    return `${sentence} ${advice}`.trim();
}

;// CONCATENATED MODULE: ./build/js/build/notes.js


/**
 * Adds a note to each package that was built by way of a derivation that could not execute a program. Nothing failed, but
 * what the program should have given is missing from the result. A native build has no such programs but its own tests'.
 */
async function noteForeignRuns(runner, nix, results, { foreignRuns, derivations }) {
    const silent = [...foreignRuns].filter(([drvPath]) => derivations.get(drvPath)?.status === 'built');
    if (silent.length === 0)
        return results;
    return await Promise.all(results.map(async (result) => {
        const { choice } = result.plan;
        if (choice === undefined || choice.strategy === 'native')
            return result;
        const closure = await derivationClosure(runner, nix, [choice.evaluated.drvPath]);
        const notes = silent.filter(([drvPath]) => closure.has(drvPath)).map(notes_describe);
        return notes.length === 0 ? result : { ...result, notes: [...(result.notes ?? []), ...notes] };
    }));
}
function notes_describe([drvPath, runs]) {
    const programs = [...new Set(runs.flatMap(({ program }) => (program === '' ? [] : [program])))].join(' and ');
    const what = `The build of ${(0,store_path/* storeName */.Hz)(drvPath)} could not execute ${programs || 'a program'} and went on`;
    const advice = 'What the program should have given may be missing: look at the result, take the tool from the build platform, or use =emulated.';
    return [`${what}, as its log says:`, ...runs.map(({ line }) => `  ${line}`), advice].join('\n');
}

// EXTERNAL MODULE: ./build/js/runner/parallel.js
var parallel = __webpack_require__(3666);
;// CONCATENATED MODULE: ./build/js/nix/log-record.js

/** What begins the line of a record. */
const PREFIX = '@nix ';
/** Above this, a record is not parsed whole. */
const LONGEST_RECORD = 256 * 1024;
/** @param text of one line, without its prefix @returns undefined where it is no record */
function parseRecord(text) {
    try {
        // ids are pid * 2^32 + n, which a JavaScript number cannot hold from pid 2^21 on. An unescaped `"id":` is a key.
        const value = JSON.parse(text.replace(/"(id|parent)":(\d+)/g, '"$1":"$2"'));
        return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
    }
    catch {
        return undefined;
    }
}
/** Of a huge log line, its beginning; Nix writes keys in alphabetical order, so id and type are at the end. */
function longRecord(line) {
    const tail = /"id":(\d+),"type":(\d+)\}\s*$/.exec(line.slice(-200));
    const head = /^@nix \{"action":"result","fields":\["((?:[^"\\]|\\[^u]|\\u[0-9a-fA-F]{4})*)/.exec(line.slice(0, log_text/* LONGEST_LINE */.i2 * 6));
    if (tail === null || head === null)
        return undefined;
    const text = parseRecord(`{"text":"${head[1]}"}`)?.text;
    if (typeof text !== 'string')
        return undefined;
    return { action: 'result', id: tail[1], type: Number(tail[2]), fields: [`${text}… (very long line cut)`] };
}
/** Reads a line that begins with the prefix. @returns undefined where it is no record after all */
const readRecord = (line) => line.length > LONGEST_RECORD ? longRecord(line) : parseRecord(line.slice(PREFIX.length));
/** A text among its fields, '' where it is none. */
function log_record_field(record, index) {
    const fields = record.fields;
    const value = Array.isArray(fields) ? fields[index] : undefined;
    return typeof value === 'string' ? value : '';
}
/** A number among its fields. */
function numberField(record, index) {
    const fields = record.fields;
    const value = Array.isArray(fields) ? fields[index] : undefined;
    return typeof value === 'number' ? value : undefined;
}

;// CONCATENATED MODULE: ./build/js/nix/log-stream.js


/** Every third record of a build that does little: what is expected of each kind. Inside of a text its quotes are escaped. */
const EXPECTED = '"type":106}';
const LONGEST_MESSAGE = 64 * 1024;
/** Activities that are remembered at once; a broken stream that starts and never stops must not fill the memory. */
const MOST_ACTIVITIES = 20_000;
// src/libutil/include/nix/util/logging.hh; unknown numbers are skipped, newer Nix adds some
const ACTIVITY = { copyPath: 100, fileTransfer: 101, copyPaths: 103, builds: 104, build: 105, postBuildHook: 110 };
const FOLLOWED = new Set(Object.values(ACTIVITY));
const RESULT = { buildLogLine: 101, setPhase: 104, progress: 105, postBuildLogLine: 107 };
/** What an activity is about that only the outermost is to tell of. */
const subjectOf = (type, path) => type === ACTIVITY.build ? path : type === ACTIVITY.builds ? 'builds' : undefined;
/** A reader for one run of Nix: it remembers which activity is which while it goes on. */
function createLogReader() {
    const open = { activities: new Map(), subjects: new Set() };
    return (line) => {
        if (!line.startsWith(PREFIX))
            return line === '' ? undefined : { kind: 'plain', text: (0,log_text/* plainLine */.h0)(line) };
        if (line.endsWith(EXPECTED))
            return undefined;
        const record = readRecord(line);
        if (record === undefined)
            return { kind: 'plain', text: (0,log_text/* plainLine */.h0)(line) };
        switch (record.action) {
            case 'start':
                return started(open, record);
            case 'stop':
                return stopped(open, record);
            case 'result':
                return resulted(open, record);
            case 'msg':
                return message(record);
            default:
                return undefined;
        }
    };
}
function started(open, record) {
    const { id, type } = record;
    if (typeof id !== 'string' || typeof type !== 'number')
        return undefined;
    if (!FOLLOWED.has(type))
        return undefined;
    const [path, from, to] = [log_record_field(record, 0), log_record_field(record, 1), log_record_field(record, 2)];
    const subject = subjectOf(type, path);
    const inner = subject !== undefined && open.subjects.has(subject);
    if (open.activities.size >= MOST_ACTIVITIES)
        forgetOldest(open);
    if (subject !== undefined)
        open.subjects.add(subject);
    const activity = { type, path, from, to, inner, bytes: 0 };
    open.activities.set(id, activity);
    if (inner)
        return undefined;
    if (type === ACTIVITY.build)
        return { kind: 'build-started', drvPath: path, machine: from };
    return type === ACTIVITY.copyPath ? copy('copy-started', activity) : undefined;
}
/** The older half at once: looking for the oldest each time is slow in a map with many deleted entries. */
function forgetOldest(open) {
    for (const [id, activity] of [...open.activities].slice(0, MOST_ACTIVITIES / 2))
        log_stream_close(open, id, activity);
}
function log_stream_close({ activities, subjects }, id, { type, path, inner }) {
    activities.delete(id);
    const subject = subjectOf(type, path);
    if (!inner && subject !== undefined)
        subjects.delete(subject);
}
function stopped(open, record) {
    const activity = activityOf(open, record);
    if (activity === undefined)
        return undefined;
    log_stream_close(open, String(record.id), activity);
    if (activity.inner)
        return undefined;
    if (activity.type === ACTIVITY.build)
        return { kind: 'build-stopped', drvPath: activity.path };
    return activity.type === ACTIVITY.copyPath ? copy('copy-stopped', activity) : undefined;
}
const copy = (kind, { path, from, to }) => ({
    kind,
    path,
    from,
    to,
});
function resulted(open, record) {
    const activity = activityOf(open, record);
    if (activity === undefined)
        return undefined;
    const { type } = record;
    if (type === RESULT.progress)
        return progress(activity, record);
    const belongs = activity.type === ACTIVITY.build || activity.type === ACTIVITY.postBuildHook;
    if (!belongs)
        return undefined;
    const text = (0,log_text/* plainLine */.h0)(log_record_field(record, 0));
    if (type === RESULT.buildLogLine || type === RESULT.postBuildLogLine)
        return { kind: 'log', drvPath: activity.path, text };
    return type === RESULT.setPhase ? { kind: 'phase', drvPath: activity.path, phase: text } : undefined;
}
function progress(activity, record) {
    const [done, expected, running, failed] = [0, 1, 2, 3].map((index) => numberField(record, index));
    if (done === undefined || expected === undefined || activity.inner)
        return undefined;
    if (activity.type === ACTIVITY.builds || activity.type === ACTIVITY.copyPaths) {
        const of = activity.type === ACTIVITY.builds ? 'builds' : 'copies';
        return { kind: 'progress', of, done, expected, running: running ?? 0, failed: failed ?? 0 };
    }
    // a download inside a copy counts once: the copy itself reports unpacked bytes
    if (activity.type !== ACTIVITY.fileTransfer || done <= activity.bytes)
        return undefined;
    const bytes = done - activity.bytes;
    activity.bytes = done;
    return { kind: 'bytes', bytes };
}
function message({ level, msg }) {
    if (typeof level !== 'number' || typeof msg !== 'string')
        return undefined;
    return { kind: 'message', level, text: (0,log_text/* plainText */.wh)((0,log_text/* bound */.$s)(msg, LONGEST_MESSAGE)) };
}
const activityOf = ({ activities }, record) => typeof record.id === 'string' ? activities.get(record.id) : undefined;

// EXTERNAL MODULE: ./build/js/nix/units.js
var units = __webpack_require__(3365);
;// CONCATENATED MODULE: ./build/js/build/log/error-message.js
const DRV = /['"`‘](\/[^'"`’\s]+?\.drv)(?:[!^][^'"`’\s]*)?['"`’]/;
/**
 * Reads a message of level 0, as the three Debian versions print them (test/unit/nix/recorded).
 * @param text without escape sequences
 */
function readFailure(text) {
    const drvPath = DRV.exec(text)?.[1];
    const limit = /timed out after (\d+) seconds(?: of (silence))?/.exec(text);
    if (limit !== null)
        return { kind: 'limit', drvPath, seconds: Number(limit[1]), silent: limit[2] !== undefined };
    if (/^(?:(error:\s*)?build of .* failed)?\s*$/s.test(text) || text.startsWith('error (ignored)'))
        return { kind: 'repetition' };
    if (drvPath === undefined)
        return { kind: 'other' };
    const dependent = /\b\d+ dependenc(y|ies) of derivation|Reason: \d+ dependenc(y|ies) failed/.test(text);
    return { kind: dependent ? 'dependent' : 'own', drvPath };
}
/** What failed, without Nix's `error:`, the path that the line names already, and lists of paths. */
function firstLine(error) {
    const reason = /^\s*Reason: (.*?)\.?\s*$/m.exec(error)?.[1];
    const first = error.replace(/^(?:error:\s*)+/, '').split('\n', 1)[0] ?? '';
    const short = first.replace(/ (?:for|of|in fixed-output derivation) '[^']*\.drv[^']*'(?: from \.drv file)?/, '');
    return reason ?? short.replace(/[;:.]\s*$/, '');
}

;// CONCATENATED MODULE: ./build/js/build/log/heartbeat.js

const NAMED = 3;
const SHOWN = 8;
const LONGEST_LINE = 160;
/** From here on it is said for how long a build has printed nothing. */
const SILENCE_MILLISECONDS = 30_000;
/** The sign of life: the counts, and for each of the longest-running builds how far it is. None where nothing goes on. */
function heartbeatLines(progress, now, label) {
    const { running, copying, began } = progress;
    if (running.length === 0 && copying === 0)
        return [];
    const what = running.length === 0 ? 'still fetching' : 'still building';
    const named = longest(progress).slice(0, NAMED);
    return [
        `${what} after ${age(began, now)}: ${counts(progress)}`,
        ...named.map((derivation) => `  ${label(derivation)}: ${timeAndPhase(derivation, now)}${lastWords(derivation, now)}`),
    ];
}
/** What a terminal shows while it builds: the counts, and a line for each of the longest-running builds. */
function statusLines(progress, now, label) {
    const all = longest(progress);
    const shown = all.slice(0, SHOWN).map((derivation) => `  ${label(derivation)}: ${timeAndPhase(derivation, now)}`);
    const more = all.length > shown.length ? [`  and ${all.length - shown.length} more`] : [];
    return [`${age(progress.began, now)}: ${counts(progress)}`, ...shown, ...more];
}
const age = (began, now) => (0,units/* formatSeconds */.Xo)((now - began) / 1000);
const longest = ({ running }) => [...running].sort((a, b) => a.startedAt - b.startedAt);
const timeAndPhase = ({ startedAt, phase }, now) => phase === undefined ? age(startedAt, now) : `${age(startedAt, now)}, ${phase}`;
/** What tells a slow build from a hung one. */
function lastWords({ lines, lastLines, lastOutput }, now) {
    if (lines === 0)
        return ', nothing printed';
    const silent = now - lastOutput < SILENCE_MILLISECONDS ? '' : `, silent for ${age(lastOutput, now)}`;
    const last = (lastLines.findLast((line) => line.trim() !== '') ?? '').trim();
    const words = last.length > LONGEST_LINE ? `${last.slice(0, LONGEST_LINE)}…` : last;
    return `${silent}, line ${lines}: ${words}`;
}
function counts({ running, built, failed, total, bytes }) {
    const left = Math.max(0, total - built - failed - running.length);
    return [
        `${built} built`,
        `${running.length} running`,
        `${left} left`,
        ...(failed > 0 ? [`${failed} failed`] : []),
        ...(bytes > 0 ? [`${(0,units/* formatBytes */.z3)(bytes)} fetched`] : []),
    ].join(', ');
}

;// CONCATENATED MODULE: ./build/js/build/log/build-log.js



/** Between two drawings on a terminal. */
const STATUS_MILLISECONDS = 100;
/** What is not on disk by then is lost when main is killed. */
const SAVE_MILLISECONDS = 5000;
/** Last lines of a failed build that are seen without unfolding its log. */
const SHOWN_LINES = 10;
const ENDINGS = {
    building: 'building',
    ended: 'ended:',
    built: 'built',
    failed: 'failed:',
    silent: 'hung:',
    timeout: 'timed out:',
    stopped: 'not finished:',
};
/**
 * A run of Nix as people read it: a line when a derivation starts, and when it ends its whole log as one folded section
 * under the line of its end. No log is streamed, not even that of a build that runs alone. A section that stays open for
 * hours would take in every other line or keep it waiting, and a log page folds it, so that nobody would see more. What
 * runs is told by signs of life instead, with the last line of each of the longest builds. On a terminal, a live view.
 */
class BuildLog {
    #options;
    #held = new Map();
    #lastSign;
    #lastSave;
    #lastStatus = Number.NEGATIVE_INFINITY;
    constructor(options, now) {
        this.#options = options;
        this.#lastSign = now;
        this.#lastSave = now;
    }
    info(text) {
        this.#options.log.info(text);
    }
    started(derivation, total) {
        // a terminal shows it while it runs
        if (this.#options.log.status === undefined)
            this.info(`${place(derivation, total)} building ${this.#label(derivation)}`);
    }
    line({ drvPath, name }, text) {
        let held = this.#held.get(drvPath);
        if (held === undefined) {
            held = this.#options.log.hold?.(name);
            if (held === undefined)
                return;
            this.#held.set(drvPath, held);
        }
        held.add(text);
    }
    ended(derivation, total) {
        const { drvPath, status, lastLines, seconds, error } = derivation;
        const time = (0,units/* formatSeconds */.Xo)(seconds);
        const how = status === 'built' ? `in ${time}` : `after ${time}`;
        const why = error === undefined ? '' : `: ${firstLine(error)}`;
        this.#print(drvPath, `${place(derivation, total)} ${ENDINGS[status]} ${this.#label(derivation)} ${how}${why}`);
        const shown = this.#options.log.status === undefined ? lastLines.slice(-SHOWN_LINES) : lastLines;
        for (const line of shown)
            this.info(`  ${line}`);
    }
    /** Prints a sign of life where it is time for one, or shows on the terminal how far it is. */
    tick(progress, time) {
        const { log, heartbeat = 30 } = this.#options;
        if (log.status !== undefined) {
            if (time - this.#lastStatus < STATUS_MILLISECONDS)
                return;
            this.#lastStatus = time;
            log.status(this, statusLines(progress(), time, this.#label));
            return;
        }
        if (time - this.#lastSave >= SAVE_MILLISECONDS) {
            this.#lastSave = time;
            for (const held of this.#held.values())
                held.save();
        }
        if (time - this.#lastSign >= heartbeat * 1000) {
            this.#lastSign = time;
            for (const line of heartbeatLines(progress(), time, this.#label))
                this.info(line);
        }
    }
    /** Prints what nobody has ended. */
    close() {
        for (const drvPath of [...this.#held.keys()])
            this.#print(drvPath, `more of the log of ${drvPath}`);
        this.#options.log.status?.(this, []);
    }
    #print(drvPath, title) {
        const held = this.#held.get(drvPath);
        this.#held.delete(drvPath);
        if (held === undefined)
            this.info(title);
        else
            held.print(title);
    }
    #label = ({ drvPath, name, machine }) => {
        const label = this.#options.describe?.(drvPath) ?? name;
        // what follows in its URL is about the connection
        return machine === '' ? label : `${label} on ${machine.replace(/\?.*/, '')}`;
    };
}
const place = ({ number }, total) => `[${number}/${total}]`;

;// CONCATENATED MODULE: ./build/js/build/log/ledger.js


const MOST_ERRORS = 1000;
const LONGEST_KEPT_LINE = 500;
/**
 * Keeps account of the derivations of one run. Nix's records say that a build stopped, not whether it succeeded: a
 * success is counted (`done`) before its stop, a failure's message comes before the stop (to 2.26), after it (2.34) or,
 * for a timeout with keep-going in 2.8, never.
 */
class BuildLedger {
    derivations = new Map();
    running = new Set();
    /** Derivations that were not built because one they need failed. */
    dependents = new Set();
    errors = [];
    built = 0;
    failed = 0;
    #ended = new Set();
    #failures = new Map();
    /** When builds were counted as done that have not stopped yet. */
    #dones = [];
    #limits;
    #keepLines;
    #done = 0;
    #doneBefore = 0;
    constructor(limits, keepLines) {
        this.#limits = limits;
        this.#keepLines = keepLines;
    }
    start(drvPath, machine, time) {
        const name = drvPath.replace(/^.*\/[0-9a-z]{32}-/, '').replace(/\.drv$/, '');
        const number = this.derivations.get(drvPath)?.number ?? this.derivations.size + 1;
        const fresh = {
            seconds: 0,
            phase: undefined,
            lastLines: [],
            lines: 0,
            error: undefined,
            startedAt: time,
            lastOutput: time,
        };
        const entry = { ...fresh, drvPath, name, machine, number, status: 'building' };
        this.derivations.set(drvPath, entry);
        this.running.add(entry);
        return entry;
    }
    /** @returns the derivation where it is known by now how it ended */
    stop(drvPath, time) {
        const entry = this.derivations.get(drvPath);
        if (entry === undefined || !this.running.delete(entry))
            return undefined;
        const failure = this.#failures.get(drvPath);
        entry.seconds = ((failure?.time ?? this.#doneAt(entry) ?? time) - entry.startedAt) / 1000;
        entry.status = 'ended';
        this.#ended.add(entry);
        if (failure !== undefined)
            return this.#settle(entry, failure.status, failure.text);
        return this.#doneBefore + this.#done > this.built ? this.#settle(entry, 'built') : undefined;
    }
    output(drvPath, text, time) {
        const entry = this.derivations.get(drvPath);
        if (entry === undefined)
            return undefined;
        entry.lastOutput = time;
        entry.lines += 1;
        entry.lastLines.push((0,log_text/* bound */.$s)(text, LONGEST_KEPT_LINE));
        if (entry.lastLines.length > this.#keepLines)
            entry.lastLines.shift();
        return entry;
    }
    phase(drvPath, phase) {
        const entry = this.derivations.get(drvPath);
        if (entry !== undefined)
            entry.phase = phase;
    }
    /** Nix's own count of builds done; it starts again when Nix builds something during evaluation. */
    count(done, time) {
        const isAnew = done < this.#done;
        for (let more = isAnew ? done : done - this.#done; more > 0; more -= 1)
            this.#dones.push(time);
        if (isAnew)
            this.#doneBefore += this.#done;
        this.#done = done;
    }
    /**
     * When a build was done: Nix 2.8 tells the stop of what no other build waits for only when all is over. Which one it
     * counts it does not say; what printed its last line before the others is taken to be the first.
     */
    #doneAt({ lastOutput }) {
        const before = [...this.running].filter((other) => other.lastOutput < lastOutput && !this.#failures.has(other.drvPath));
        const index = Math.min(before.length, this.#dones.length - 1);
        return (this.#dones[index] ?? 0) < lastOutput ? undefined : this.#dones.splice(index, 1)[0];
    }
    /** Takes a message of level 0. @returns the derivations that it settles, and whether it belongs to none */
    error(message, time) {
        const failure = readFailure(message.text);
        if (failure.kind === 'repetition')
            return { settled: [], loose: false };
        if (failure.kind === 'dependent') {
            this.dependents.add(failure.drvPath);
            return { settled: [], loose: false };
        }
        const settled = failure.kind === 'other'
            ? []
            : failure.kind === 'own'
                ? this.#fail([failure.drvPath], message.text, time, () => 'failed')
                : this.#limit(message.text, failure, time);
        this.#remember(message, failure.kind === 'own' ? failure.drvPath : settled[0]?.drvPath);
        return { settled, loose: failure.kind === 'other' };
    }
    /** Nix has ended: settles what is open. @returns what it settled */
    close(time) {
        const open = [...this.#ended].map((entry) => {
            const failed = this.failed > 0 || this.errors.length > 0;
            const limit = this.#limitOf(entry, entry.startedAt + entry.seconds * 1000);
            return this.#settle(entry, limit ?? (failed ? 'failed' : 'built'));
        });
        const stopped = [...this.running].map((entry) => {
            entry.seconds = (time - entry.startedAt) / 1000;
            return this.#settle(entry, 'stopped');
        });
        return [...open, ...stopped];
    }
    #settle(entry, status, text) {
        this.running.delete(entry);
        this.#ended.delete(entry);
        entry.status = status;
        entry.error = text;
        if (status === 'built') {
            this.built += 1;
            entry.lastLines = [];
        }
        else
            this.failed += 1;
        return entry;
    }
    #fail(drvPaths, text, time, status) {
        return drvPaths.flatMap((drvPath) => {
            const entry = this.derivations.get(drvPath);
            if (entry !== undefined && this.#ended.has(entry))
                return [this.#settle(entry, status(drvPath), text)];
            if (!this.#failures.has(drvPath))
                this.#failures.set(drvPath, { status: status(drvPath), text, time });
            return [];
        });
    }
    #limit(text, limit, time) {
        const end = (entry) => (this.running.has(entry) ? time : entry.startedAt + entry.seconds * 1000);
        const long = [...this.#ended, ...this.running].filter((entry) => end(entry) - entry.startedAt >= limit.seconds * 1000 - 500);
        const candidates = long.length > 0 ? long : [...this.#ended];
        const hit = limit.drvPath === undefined ? candidates.map((entry) => entry.drvPath) : [limit.drvPath];
        return this.#fail(hit, text, time, (drvPath) => {
            const entry = this.derivations.get(drvPath);
            if (limit.silent)
                return 'silent';
            if (limit.drvPath !== undefined || entry === undefined)
                return 'timeout';
            // with no limit of ours it is one of nix.conf
            return this.#limitOf(entry, end(entry)) ?? (this.#limits.total > 0 ? 'timeout' : 'failed');
        });
    }
    /** Which limit a build that ended at `end` had reached, with half a second for Nix's own clock. */
    #limitOf(entry, end) {
        const { silent, total } = this.#limits;
        if (silent > 0 && end - entry.lastOutput >= silent * 1000 - 500)
            return 'silent';
        return total > 0 && end - entry.startedAt >= total * 1000 - 500 ? 'timeout' : undefined;
    }
    #remember(message, drvPath) {
        if (this.errors.length >= MOST_ERRORS || this.errors.some((error) => error.text === message.text))
            return;
        this.errors.push({ text: message.text, ...(drvPath === undefined ? {} : { drvPath }) });
    }
}

;// CONCATENATED MODULE: ./build/js/build/log/follow.js



/** A follower for one run of Nix. */
const createBuildFollower = (options) => new BuildFollower(options);
const REFUSED = /substitute for '[^']+' from '[^']+'.* not signed by any of the keys/;
/** Follows a run of Nix with `--log-format internal-json`: prints it for people and keeps what the report needs. */
class BuildFollower {
    #options;
    #read = createLogReader();
    #ledger;
    #log;
    #began;
    #fetched = new Set();
    #refused = new Set();
    #copying = 0;
    #announced = 0;
    #expected = 0;
    #bytes = 0;
    constructor(options) {
        this.#options = options;
        this.#ledger = new BuildLedger(options.limits ?? { silent: 0, total: 0 }, options.keepLines ?? 25);
        this.#began = options.now();
        this.#log = new BuildLog(options, this.#began);
    }
    /** What was seen of each derivation that was begun. */
    get derivations() {
        return this.#ledger.derivations;
    }
    /** Root errors, without repetitions and consequences. */
    get errors() {
        return this.#ledger.errors;
    }
    /** Derivations that were not built because one they need failed. */
    get dependents() {
        return this.#ledger.dependents;
    }
    /** What Nix said of paths that a substituter has and that it did not take, since no trusted key signed them. */
    get refused() {
        return this.#refused;
    }
    /** Store paths that were copied from another store. */
    get fetched() {
        return this.#fetched;
    }
    /** One line of Nix's output. Never throws. */
    line(text) {
        const event = this.#read(text);
        if (event !== undefined)
            this.#take(event);
        this.tick();
    }
    /** To be called every few seconds, on a terminal several times a second: shows people how far it is. */
    tick() {
        this.#log.tick(this.#progress, this.#options.now());
    }
    #progress = () => {
        const { running, built, failed } = this.#ledger;
        const [total, copying, bytes] = [this.#total(), this.#copying, this.#bytes];
        return { running: [...running], built, failed, total, copying, bytes, began: this.#began };
    };
    /** Nix has ended: settles and prints what is open. */
    finish() {
        for (const derivation of this.#ledger.close(this.#options.now()))
            this.#ended(derivation);
        this.#log.close();
    }
    #take(event) {
        const time = this.#options.now();
        switch (event.kind) {
            case 'build-started':
                this.#log.started(this.#ledger.start(event.drvPath, event.machine, time), this.#total());
                break;
            case 'build-stopped':
                this.#ended(this.#ledger.stop(event.drvPath, time));
                break;
            case 'phase':
                this.#ledger.phase(event.drvPath, event.phase);
                break;
            case 'log':
                this.#output(event.drvPath, event.text, time);
                break;
            case 'progress':
                if (event.of === 'builds')
                    this.#count(event.done, event.expected, time);
                break;
            case 'bytes':
                this.#bytes += event.bytes;
                break;
            case 'copy-started':
                this.#copying += 1;
                if (event.from !== 'local')
                    this.#fetched.add(event.path);
                this.#log.info(`copying ${event.path} ${event.from === 'local' ? `to ${event.to}` : `from ${event.from}`}`);
                break;
            case 'copy-stopped':
                this.#copying -= 1;
                break;
            case 'message':
                this.#message(event, time);
                break;
            case 'plain':
                this.#log.info(event.text);
        }
    }
    #count(done, expected, time) {
        // an old Nix lowers it when a build fails
        this.#expected = Math.max(this.#expected, expected);
        this.#ledger.count(done, time);
    }
    #message(event, time) {
        const announced = /^(?:this derivation|these (\d+) derivations) will be built:/.exec(event.text);
        if (announced !== null)
            this.#announced = Number(announced[1] ?? 1);
        if (event.level === 1 || event.level === 2)
            this.#log.info(event.text);
        if (REFUSED.test(event.text))
            this.#refused.add(event.text);
        if (event.level !== 0)
            return;
        const { settled, loose } = this.#ledger.error(event, time);
        for (const derivation of settled)
            this.#ended(derivation);
        if (loose)
            this.#log.info(event.text);
    }
    #output(drvPath, text, time) {
        const derivation = this.#ledger.output(drvPath, text, time);
        this.#options.onLog?.(drvPath, text, derivation?.phase);
        if (derivation !== undefined)
            this.#log.line(derivation, text);
    }
    #ended(derivation) {
        if (derivation !== undefined)
            this.#log.ended(derivation, this.#total());
    }
    #total() {
        const known = this.#options.total ?? (this.#announced > 0 ? this.#announced : this.#expected);
        return Math.max(known, this.#ledger.derivations.size);
    }
}

;// CONCATENATED MODULE: ./build/js/build/log/foreign-run.js

/**
 * Programs that a build makes only to see whether they run; that they do not is an answer. Autoconf's, of CMake's
 * try_run, Meson's sanity checks, Perl's Configure, qmake's config.tests, Python's distutils.
 */
const PROBES = /(?:^|\/)(?:conftest\d*|_configtest|a\.out|a\.exe|cmTC_[0-9a-f]+|sanitycheck\w+|testfile|try)(?:\.exe|\.wasm)?$|(?:^|\/)(?:CMakeFiles|CMakeTmp|CMakeScratch|meson-private|config\.tests)\//;
/** Phases of tests: they try things that must fail, and a test that fails for another reason fails the build. */
const TESTS = ['checkPhase', 'installCheckPhase'];
/** A script whose `#!` names what is not there: no program of another machine. */
const SCRIPT = /\.(?:sh|bash|pl|py|rb|lua|awk|tcl)$/;
/** What the messages have in common, and on which side of it the program stands, where they name it. */
const MESSAGES = [
    // bash; `required file not found` is the loader of a dynamic program
    [/: cannot execute(?: binary file|: required file not found)/, 'before'],
    [/\[Errno 8\] Exec format error(?:: )?/, 'after'],
    [/\bExec format error \(os error 8\)|\berror=8, Exec format error/, 'nowhere'],
    [/Can't exec (?=.+: Exec format error)/, 'after'],
    // strerror(ENOEXEC), from make, env, xargs, dash; Go writes it small
    [/: [Ee]xec format error/, 'before'],
    [/ ENOEXEC$/, 'before'],
    // dash and busybox take what the kernel refuses for a script
    [/: (?:line )?\d+: [^\s\w]*@*ELF\S{0,20}: not found/, 'before'],
    // an emulator is there, but not what the program needs
    [/^qemu-[a-z0-9_]+: Could not open (?=.+: No such file)/, 'after'],
    [/^qemu: uncaught target signal \d+/, 'nowhere'],
];
/**
 * Reads one line of a build's log: whether a program could not be executed there. The build may go on as if it had
 * printed nothing (`version=$(./prog --version)`), so that the result is wrong and nothing fails.
 * @param phase of nixpkgs' stdenv, where known
 */
function readForeignRun(line, phase) {
    if (phase !== undefined && TESTS.includes(phase))
        return undefined;
    for (const [text, side] of MESSAGES) {
        const found = text.exec(line);
        if (found === null)
            continue;
        const program = side === 'nowhere' ? '' : programIn(line, found, side);
        const named = /[A-Za-z]/.test(program) || side === 'nowhere' || (side === 'after' && program === '');
        const expected = PROBES.test(program) || SCRIPT.test(program);
        return named && !expected ? { program, line } : undefined;
    }
    return undefined;
}
/** The word next to the match, without the quotes of any language. */
function programIn(line, found, side) {
    const word = side === 'before'
        ? line.slice(line.slice(0, found.index).search(/\S+$/), found.index)
        : (line.slice(found.index + found[0].length).split(/\s/, 1)[0] ?? '');
    return word
        .replace(/^['"‘“`]/, '')
        .replace(/:$/, '')
        .replace(/['"’”`]$/, '');
}
/** Kept of one derivation, and derivations that are kept: a log may be endless. */
const MOST_RUNS = 3;
const MOST_DERIVATIONS = 1000;
const foreign_run_LONGEST_LINE = 500;
/** Reads the logs of all builds as they stream. */
function createForeignRunLedger() {
    const runs = new Map();
    const log = (drvPath, text, phase) => {
        const run = readForeignRun(text, phase);
        if (run === undefined)
            return;
        const known = runs.get(drvPath) ?? [];
        const kept = { ...run, line: (0,log_text/* bound */.$s)(run.line.trim(), foreign_run_LONGEST_LINE) };
        if (runs.size >= MOST_DERIVATIONS && known.length === 0)
            return;
        if (known.length < MOST_RUNS && !known.some(({ line }) => line === kept.line))
            runs.set(drvPath, [...known, kept]);
    };
    return { runs, log };
}

;// CONCATENATED MODULE: ./build/js/build/log/substituter-trouble.js

const TROUBLES = [
    /unable to download '[^'?]+(?:\.narinfo|\.ls|\/nar\/[^'?]+|\.nar(?:\.\w+)?)(?:\?[^']*)?': [^\n;]+/,
    /NAR info file '[^']+' is corrupt[^\n]*/,
    /hash mismatch importing path '[^']+'/,
    /some substitutes for [^\n]* failed/,
    /(?:error|warning): [^\n]*(?=[;,] try '--fallback')/,
];
/**
 * What a substituter did wrong, in Nix's words: with `--fallback` Nix goes on without it (since Nix 2.0; without, one
 * server that answers 500 ends the whole build).
 * @param text a message of level 0
 */
function substituterTrouble(text) {
    const plain = (0,log_text/* plainText */.wh)(text);
    const found = TROUBLES.map((pattern) => pattern.exec(plain)?.[0]).find((match) => match !== undefined);
    return found?.replace(/^(?:error|warning): /, '').replace(/[\s:.]+$/, '');
}

;// CONCATENATED MODULE: ./build/js/build/schedule.js
/**
 * One batch for all targets, or two where some are emulated: Nix has one `max-silent-time` for a whole process, and a
 * native derivation may be silent for as long as it likes.
 */
function schedule(plans, limits) {
    const of = (emulated) => [
        ...new Set(plans.flatMap(({ choice }) => choice !== undefined && runsEmulator(choice) === emulated ? [choice.evaluated.drvPath] : [])),
    ];
    const own = of(false);
    const common = [
        '--log-format',
        'internal-json',
        ...(limits.keepGoing ? ['--keep-going'] : []),
        ...(limits.buildTimeout > 0 ? ['--option', 'timeout', String(limits.buildTimeout)] : []),
    ];
    const silent = limits.silentTimeout > 0 ? ['--option', 'max-silent-time', String(limits.silentTimeout)] : [];
    const batches = [
        { derivations: own, args: common, silentTimeout: 0 },
        {
            derivations: of(true).filter((drvPath) => !own.includes(drvPath)),
            args: [...common, ...silent],
            silentTimeout: limits.silentTimeout,
        },
    ];
    return batches.filter((batch) => batch.derivations.length > 0);
}
/** A cross build with an emulator can hang in it as well. */
const runsEmulator = ({ strategy, hybrid }) => strategy === 'emulated' || hybrid === true;

;// CONCATENATED MODULE: ./build/js/build/realise.js










const TICK_MILLISECONDS = 5000;
/** On a terminal, where seconds are seen passing. */
const LIVE_TICK_MILLISECONDS = 250;
/**
 * Builds all plans that have a choice; with `keep-going: false` the first batch that fails is the last.
 */
async function realise(runner, nix, inputs, plans, onBuilt) {
    const batches = schedule(plans, inputs);
    const followers = [];
    // of tries whose failures do not count
    const earlier = [];
    const ledger = createForeignRunLedger();
    const once = async (batch, by = nix) => {
        const follower = createBuildFollower({
            log: runner.log,
            now: () => performance.now(),
            describe: describer(plans),
            onLog: ledger.log,
            limits: { silent: batch.silentTimeout, total: inputs.buildTimeout },
        });
        return { follower, ok: await realiseBatch(runner, by, batch, follower, onBuilt) };
    };
    const run = async (batch) => {
        let last = await once(batch);
        const { errors } = last.follower;
        const trouble = errors.map(({ text }) => substituterTrouble(text)).find((text) => text !== undefined);
        if (trouble !== undefined) {
            runner.log.warning(`A substituter fails: ${trouble}. Once more without it; what no other has is built here.`);
            earlier.push(last.follower);
            const rest = (0,nix_nix/* withoutSubstituters */.KM)(nix, nix.substituters.filter((url) => trouble.includes(withoutSlash(url))));
            last = await once({ ...batch, args: [...batch.args, '--fallback'] }, rest);
        }
        followers.push(last.follower);
        const left = inputs.keepGoing && !last.ok ? await leftUnbuilt(runner, nix, plans, batch, last.follower) : [];
        if (left.length > 0) {
            runner.log.info('Nix stopped at a failure. What does not need what failed is built now.');
            await run({ ...batch, derivations: left });
        }
        return last.ok;
    };
    if (inputs.keepGoing)
        await Promise.all(batches.map(run));
    else
        for (const batch of batches)
            if (!(await run(batch)))
                break;
    return {
        derivations: new Map([...earlier, ...followers].flatMap((follower) => [...follower.derivations])),
        errors: followers.flatMap((follower) => follower.errors),
        refused: [...new Set(followers.flatMap((follower) => [...follower.refused]))],
        foreignRuns: ledger.runs,
        fetched: new Set([...earlier, ...followers].flatMap((follower) => [...follower.fetched])),
    };
}
/**
 * To 2.26, Nix stops in spite of keep-going where a feature is missing, or an output may not be as it is.
 * @returns derivations of the batch that are not built and need nothing that failed; fewer than it has
 */
async function leftUnbuilt(runner, nix, plans, { derivations }, { derivations: seen, errors }) {
    const culprits = culpritsOf([...seen.values()], errors);
    const goals = new Map(plans.flatMap(({ choice }) => (choice ? [[choice.evaluated.drvPath, choice.evaluated]] : [])));
    const outputs = (drvPath) => Object.values(goals.get(drvPath)?.outputs ?? {});
    const there = culprits.length === 0 ? new Set() : await validPaths(runner, nix, derivations.flatMap(outputs));
    const open = culprits.length === 0 ? [] : derivations.filter((each) => !outputs(each).every((path) => there.has(path)));
    const needs = await (0,parallel/* inParallel */.HN)(runner.facts.cpus, open, (drvPath) => derivationClosure(runner, nix, [drvPath]));
    const left = open.filter((_, index) => !culprits.some((culprit) => needs[index]?.has(culprit)));
    return left.length < derivations.length ? left : [];
}
async function realiseBatch(runner, nix, batch, follower, onBuilt) {
    const command = (0,nix_nix/* nixCommand */.Dv)(nix, 'nix-store', ['--realise', ...batch.args, ...batch.derivations]);
    const told = new Set();
    const tell = () => {
        const built = [...follower.derivations.values()].filter(({ status, drvPath }) => status === 'built' && !told.has(drvPath));
        for (const { drvPath } of built)
            told.add(drvPath);
        if (built.length > 0)
            onBuilt(built.map(({ drvPath }) => drvPath));
    };
    const ticking = setInterval(tell, TICK_MILLISECONDS);
    const drawing = setInterval(() => follower.tick(), runner.log.status === undefined ? TICK_MILLISECONDS : LIVE_TICK_MILLISECONDS);
    try {
        const onLine = (line, stream) => {
            // Post removes nothing that was built, and no garbage is collected while the job runs.
            if (stream === 'stderr' && !line.includes("you did not specify '--add-root'"))
                follower.line(line);
        };
        const result = await runner.commands.run(command, { accept: 'any', discardStdout: true, gather: true, onLine });
        if (result.stopped !== undefined)
            throw new runner_errors/* CommandError */.Qd(command, result);
        return result.exitCode === 0;
    }
    finally {
        clearInterval(ticking);
        clearInterval(drawing);
        follower.finish();
        tell();
    }
}
/** `hello-2.12 for aarch64-linux (emulated)`, for the log. */
function describer(plans) {
    const goals = new Map();
    for (const { target, choice } of plans)
        if (choice)
            goals.set(choice.evaluated.drvPath, `${target.name} (${choice.strategy})`);
    return (drvPath) => {
        const goal = goals.get(drvPath);
        const name = (0,store_path/* storeName */.Hz)(drvPath);
        return goal === undefined ? name : `${name} for ${goal}`;
    };
}
const withoutSlash = (url) => url.replace(/[?].*$/, '').replace(/\/+$/, '');

;// CONCATENATED MODULE: ./build/js/build/build.js







const NOTHING = {
    derivations: new Map(),
    errors: [],
    refused: [],
    foreignRuns: new Map(),
    fetched: new Set(),
};
/**
 * Builds (or substitutes) every plan that has a choice and can be built here, then checks what came out.
 */
async function buildPlans(runner, nix, inputs, plans, { cannotRun, fetched, onBuilt }) {
    const broken = (plan) => emulatedSystems(plan)
        .map((system) => cannotRun.get(system))
        .find((why) => why !== undefined);
    const buildable = plans.filter((plan) => plan.choice !== undefined && broken(plan) === undefined);
    const start = inputs.keepGoing || buildable.length === plans.length;
    const there = await validPaths(runner, nix, outputsOf(buildable));
    const before = new Set([...there].filter((path) => !fetched.has(path)));
    const followed = start
        ? await realise(runner, nix, inputs, buildable, (derivations) => {
            void outputsInStore(runner, nix, derivations).then(onBuilt);
        })
        : NOTHING;
    const after = await validPaths(runner, nix, outputsOf(buildable));
    const pathInfos = new Map();
    const results = [];
    for (const plan of plans) {
        const outputs = outputsOf([plan]);
        if (!buildable.includes(plan)) {
            results.push({ plan, status: 'failed', seconds: 0, error: broken(plan) ?? plan.reason });
        }
        else if (outputs.every((path) => after.has(path))) {
            const closure = await closureOf(runner, nix, outputs);
            for (const info of closure)
                pathInfos.set(info.path, info);
            const closureSize = closure.reduce((sum, info) => sum + info.narSize, 0);
            const examined = await examine(runner, inputs, nix, plan, outputs, cannotRun.get(plan.target.system));
            const { status, seconds } = origin(plan, outputs, before, followed);
            results.push({
                plan,
                seconds,
                closureSize,
                status: examined.error === undefined ? status : 'failed',
                ...examined,
            });
        }
        else {
            results.push(await blame(runner, nix, plan, followed));
        }
    }
    return {
        results: await noteForeignRuns(runner, nix, results, followed),
        pathInfos,
        derivations: await beganDerivations(runner, nix, buildable, followed),
        fetched: new Set([...fetched, ...followed.fetched]),
    };
}
/** The results of a dry run: what would be built. */
const plannedOnly = (plans) => plans.map((plan) => plan.choice === undefined
    ? { plan, status: 'failed', seconds: 0, error: plan.reason }
    : { plan, status: 'planned', seconds: 0 });
const outputsOf = (plans) => [
    ...new Set(plans.flatMap(({ choice }) => Object.values(choice?.evaluated.outputs ?? {}))),
];
function origin(plan, outputs, before, followed) {
    const own = plan.choice && followed.derivations.get(plan.choice.evaluated.drvPath);
    if (own !== undefined)
        return { status: 'built', seconds: own.seconds };
    return { status: outputs.every((path) => before.has(path)) ? 'cached' : 'substituted', seconds: 0 };
}

// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
var external_node_zlib_namespaceObject = /*#__PURE__*/__webpack_require__.t(external_node_zlib_, 2);
;// CONCATENATED MODULE: ./build/js/nix/add-paths.js
const add_paths_MAGIC = 0x6e697863;
/** 1.35, of Nix 2.15: Lix takes no older one; the operations below have been like this since 1.32, of Nix 2.4. */
const VERSION = (1 << 8) | 35;
const SET_OPTIONS = 19;
const ADD_MULTIPLE = 44;
/** "stla": an operation has come to its end. */
const ENDED = 0x616c7473n;
/** "ptxc": it has failed. */
const FAILED = 0x63787470n;
/** Those of a request: the greeting, the settings, the paths. */
const OPERATIONS = 3;
const PIECE = 1024 * 1024;
/**
 * What a client of Nix's daemon says to add paths, all in one operation (Nix src/libstore/worker-protocol.hh,
 * remote-store.cc). Nothing of it depends on the daemon's answers, so that it can be written without waiting for them;
 * but a daemon whose client hangs up before the last of them breaks off.
 * The signatures are checked by the store, and so are size and hash of each NAR.
 * @param count of the paths
 * @param paths those that a path refers to come before it, or are in the store
 * @param settings of this connection; those that the user may not set are passed over by the daemon
 */
async function* addPathsRequest(count, paths, settings) {
    const overrides = Object.entries(settings).flat().map(add_paths_text);
    // keep-failed, keep-going, fallback, verbosity, jobs, silence, three obsolete, one of them on, cores, substitute
    const options = [0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1].map(number);
    yield Buffer.concat([
        ...[add_paths_MAGIC, VERSION, 0, 0].map(number),
        ...[number(SET_OPTIONS), ...options, number(overrides.length / 2), ...overrides],
        // neither repair nor leave signatures unchecked
        ...[ADD_MULTIPLE, 0, 0].map(number),
    ]);
    yield* inFrames(pathsAndNars(count, paths));
}
/**
 * Reads the daemon's answers to that, as far as needed: all that it writes comes in pieces of 8 bytes, and no text in it has
 * what marks the end of an operation.
 * @returns whether all paths were added; false also where the answers end before
 */
async function readAnswers(answers) {
    let rest = Buffer.alloc(0);
    let ended = 0;
    for await (const some of answers) {
        const bytes = Buffer.concat([rest, some]);
        const whole = bytes.length - (bytes.length % 8);
        for (let at = 0; at < whole; at += 8) {
            const word = bytes.readBigUInt64LE(at);
            if (word === FAILED)
                return false;
            if (word === ENDED)
                ended += 1;
            if (ended === OPERATIONS)
                return true;
        }
        rest = bytes.subarray(whole);
    }
    return false;
}
async function* pathsAndNars(count, paths) {
    yield number(count);
    for (const { path, narHash, narSize, references, signatures, nar } of paths) {
        yield Buffer.concat([
            ...[path, '', narHash].map(add_paths_text),
            texts(references),
            ...[0, narSize, 0].map(number), // registered when, size, built here
            texts(signatures),
            add_paths_text(''), // not content-addressed
        ]);
        yield* nar();
    }
}
/** Pieces of some size, each behind its length; a length of nothing is the end. */
async function* inFrames(bytes) {
    let held = [];
    let size = 0;
    const frame = () => Buffer.concat([number(size), ...held]);
    for await (const some of bytes) {
        held.push(some);
        size += some.length;
        if (size < PIECE)
            continue;
        yield frame();
        held = [];
        size = 0;
    }
    if (size > 0)
        yield frame();
    yield number(0);
}
function number(value) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
}
function add_paths_text(value) {
    const bytes = Buffer.from(value);
    return Buffer.concat([number(bytes.length), bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
}
const texts = (values) => Buffer.concat([number(values.length), ...values.map(add_paths_text)]);

// EXTERNAL MODULE: ./build/js/nix/base32.js
var base32 = __webpack_require__(72);
// EXTERNAL MODULE: ./build/js/cache/entry.js
var cache_entry = __webpack_require__(327);
;// CONCATENATED MODULE: ./build/js/cache/narinfos.js




/** Narinfos after which others get their turn. */
const AT_ONCE = 10;
/**
 * Writes the narinfos of what was restored. Signing takes longer than all else that is done with an entry, and is done
 * while something else waits for the disk or for another program.
 */
function openNarinfos(runner, { folder, entries, signer, use }) {
    const texts = new Map();
    const print = use.trust === 'signed' ? cache_entry/* printEntry */.qM : cache_entry/* signEntry */.uo;
    const textOf = (entry) => {
        const text = texts.get(entry) ?? print(entry, signer);
        texts.set(entry, text);
        return text;
    };
    const write = async () => {
        let count = 0;
        for (const [name, entry] of entries) {
            // a folder of this run alone: nothing is overwritten
            (0,external_node_fs_.writeFileSync)((0,external_node_path_.join)(folder, `${name}.narinfo`), textOf(entry), { flag: 'wx' });
            count += 1;
            if (count % AT_ONCE === 0)
                await (0,promises_.setImmediate)();
        }
    };
    const told = (cause) => runner.log.info(`Actions cache: not all of it is used: ${String(cause)}`);
    return { textOf, written: write().catch(told) };
}
/** The signature in a narinfo of this action; none where there is none. */
function signatureIn(narinfo) {
    const signature = /^Sig: (.*)$/m.exec(narinfo)?.[1];
    return signature === undefined ? [] : [signature];
}

;// CONCATENATED MODULE: ./build/js/cache/fill.js









const LIMIT_MILLISECONDS = 600_000;
/** NARs above are unpacked in a stream: starting one takes longer than unpacking a small one. */
const SMALL_BYTES = 4 * 1024 * 1024;
/** More than these wait until they are asked for: much of it may not be needed. */
const MOST_BYTES = 4 * 1024 ** 3;
/**
 * Adds to the store what the last run with the same inputs was asked for, with all that it needs, before this run asks
 * for it: one path after the other takes half as long as the substitution of each. What goes wrong here costs nothing,
 * since the cache stays a substituter. Nix checks each signature and hash, as when it substitutes.
 * @param signal ends it: what is in the store by then stays
 * @returns the paths that were added. Never throws.
 */
async function fillStore(runner, nix, restored, narinfos, signal) {
    const entries = restored.hit === 'exact' && restored.use.read ? entriesToAdd(restored.entries, restored.ledger) : [];
    const missing = entries.filter(({ path }) => !(0,external_node_fs_.existsSync)(path));
    const tool = (0,external_node_path_.join)(nix.bin, 'nix-daemon');
    const bytes = missing.reduce((sum, { narSize }) => sum + narSize, 0);
    if (missing.length === 0 || bytes > MOST_BYTES || !(0,external_node_fs_.existsSync)(tool) || external_node_zlib_.zstdDecompressSync === undefined)
        return new Set();
    const began = performance.now();
    try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MILLISECONDS)]);
        if (!(await addEntries(runner, nix, missing, restored, narinfos, limit)))
            return new Set();
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        runner.log.info(`Actions cache: ${(0,units/* count */.U9)(missing.length, 'path')} put into the store in ${seconds} s.`);
        return new Set(missing.map(({ path }) => path));
    }
    catch (error) {
        runner.log.debug(`The store is not filled ahead: ${error instanceof Error ? error.message : error}`);
        return new Set();
    }
}
async function addEntries(runner, nix, entries, { folder, settings }, narinfos, signal) {
    let hangUp = () => undefined;
    const answered = new Promise((resolve) => {
        hangUp = resolve;
    });
    const request = async function* () {
        const key = settings['extra-trusted-public-keys'] ?? '';
        yield* addPathsRequest(entries.length, described(entries, folder, narinfos), { 'extra-trusted-public-keys': key });
        await answered;
    };
    try {
        return await readAnswers(runner.commands.filter((0,nix_nix/* nixCommand */.Dv)(nix, 'nix-daemon', ['--stdio']), request(), signal));
    }
    finally {
        hangUp();
    }
}
/**
 * The closures of what the last run was asked for, each entry behind those it refers to; without those that need something
 * that is not in the cache.
 */
function entriesToAdd(entries, { wanted }) {
    const ordered = [];
    const whole = new Map();
    const visit = (hash) => {
        const known = whole.get(hash);
        if (known !== undefined)
            return known;
        const entry = entries.get(hash);
        whole.set(hash, entry !== undefined); // what refers to itself
        const isWhole = entry !== undefined && entry.references.map(store_path/* storeHash */.YE).filter((other) => !visit(other)).length === 0;
        whole.set(hash, isWhole);
        if (isWhole && entry !== undefined)
            ordered.push(entry);
        return isWhole;
    };
    for (const hash of wanted)
        visit(hash);
    return ordered;
}
/** Read when its turn comes: until then the daemon has something to do. */
function* described(entries, folder, narinfos) {
    for (const entry of entries)
        yield fill_describe(entry, folder, narinfos);
}
function fill_describe(entry, folder, narinfos) {
    const { path, narHash, narSize, fileHash, fileSize, references } = entry;
    const nar = (0,external_node_path_.join)(folder, 'nar', `${fileHash}.nar.zst`);
    return {
        ...{ path, narSize, references },
        narHash: (0,base32/* fromBase32 */.v)(narHash.slice('sha256:'.length)).toString('hex'),
        signatures: signatureIn(narinfos.textOf(entry)),
        nar: () => fileSize <= SMALL_BYTES && narSize <= SMALL_BYTES
            ? // in one piece of the right size
                [external_node_zlib_.zstdDecompressSync((0,external_node_fs_.readFileSync)(nar), { maxOutputLength: SMALL_BYTES, chunkSize: narSize + 64 })]
            : atMost(narSize, (0,external_node_fs_.createReadStream)(nar).pipe(external_node_zlib_.createZstdDecompress())),
    };
}
/** A NAR that unpacks to more than it says is not read to its end. */
async function* atMost(size, bytes) {
    let taken = 0;
    for await (const some of bytes) {
        taken += some.length;
        if (taken > size)
            throw new Error('a NAR is larger than its narinfo says');
        yield some;
    }
}

// EXTERNAL MODULE: ./build/js/cache/decide.js
var decide = __webpack_require__(8795);
;// CONCATENATED MODULE: ./build/js/cache/local.js





const local_FEATURES = ['--extra-experimental-features', 'nix-command'];
const LIMIT = { timeoutSeconds: 600 };
/**
 * All that is there of what derivations need and make: the outputs of theirs and of what they are built with, as far
 * as these are in the store, and the closures of those.
 */
async function neededPaths(runner, nix, drvs) {
    const found = new Set();
    for (const some of slices(drvs)) {
        const command = (0,nix_nix/* nixCommand */.Dv)(nix, 'nix-store', ['--query', '--requisites', '--include-outputs', ...some]);
        const { stdout } = await runner.commands.run(command, LIMIT);
        for (const path of stdout.split('\n'))
            if (path !== '' && !path.endsWith('.drv'))
                found.add(path);
    }
    return await localPaths(runner, nix, [...found]);
}
async function localPaths(runner, nix, paths) {
    const format = (0,version/* atLeast */.jZ)(nix.version, '2.33') ? ['--json-format', '1'] : [];
    const infos = [];
    for (const some of slices(paths)) {
        const command = (0,nix_nix/* nixCommand */.Dv)(nix, 'nix', [...local_FEATURES, 'path-info', '--json', ...format, '--', ...some]);
        const { stdout } = await runner.commands.run(command, LIMIT);
        infos.push(...parseLocalPaths(stdout));
    }
    return infos;
}
/** Reads `nix path-info --json` with what it says of where a path was made. */
function parseLocalPaths(document) {
    const value = JSON.parse(document);
    const items = Array.isArray(value) ? value : Object.values(value ?? {});
    const names = Array.isArray(value)
        ? items.map((item) => (0,decide/* member */.Dc)(item, 'path'))
        : Object.keys(value ?? {});
    const ultimate = new Set(names.filter((_, at) => (0,decide/* member */.Dc)(items[at], 'ultimate') === true));
    return parsePathInfos(document).map((info) => ({ ...info, ultimate: ultimate.has(info.path) }));
}
/** `trusted-public-keys` in force. */
async function trustedKeys(runner, nix) {
    const keys = (await configInForce(runner.commands, nix)).get('trusted-public-keys');
    return Array.isArray(keys) ? keys.map(String) : [];
}
/**
 * Copies paths into the folder; what is there already, or has a stand-in there, is not copied again. Their contents
 * are checked first: `nix copy` packs a rotten path without a look.
 * @throws CommandError
 */
async function copyInto(runner, nix, folder, paths) {
    // what an earlier `nix copy` believed to be somewhere must not count
    const fresh = `${runner.facts.folder}/cache-lookups`;
    try {
        for (const some of slices(paths)) {
            const verify = (0,nix_nix/* nixCommand */.Dv)(nix, 'nix', [...local_FEATURES, 'store', 'verify', '--no-trust', '--', ...some]);
            await runner.commands.run(verify, { silentSeconds: 1800, discardStdout: true });
            const args = [...local_FEATURES, 'copy', '--to', `file://${folder}?compression=zstd`, '--', ...some];
            const copy = (0,nix_nix/* nixCommand */.Dv)(nix, 'nix', args, { env: { XDG_CACHE_HOME: fresh } });
            await runner.commands.run(copy, { silentSeconds: 1800, discardStdout: true });
        }
    }
    finally {
        await runner.files.remove(fresh);
    }
}

// EXTERNAL MODULE: ./build/js/cache/signer.js
var signer = __webpack_require__(1497);
;// CONCATENATED MODULE: ./build/js/cache/provenance.js


/**
 * Paths among the outputs, closures and build inputs of derivations that came out of a cache for which nobody vouches
 * (an earlier step of the job without signing key): nothing that is made of them may be pushed.
 * @throws CommandError where the store cannot be asked
 */
async function unverifiedPaths(runner, nix, drvPaths) {
    const needed = drvPaths.length === 0 ? [] : await neededPaths(runner, nix, drvPaths);
    return needed.filter(({ signatures }) => signatures.some(signer/* isUnverified */.sU)).map(({ path }) => path);
}

// EXTERNAL MODULE: external "node:fs/promises"
var external_node_fs_promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: ./build/js/cache/client.js + 1 modules
var client = __webpack_require__(9686);
;// CONCATENATED MODULE: ./build/js/cache/evict.js

/**
 * Entries to leave out so that the others have at most `limit` bytes. The longest unused go first, and what is kept
 * keeps all that it refers to: only an entry that no kept entry refers to can go.
 * @param used name of an entry → time of its last use
 * @returns names
 */
function chooseEvicted(entries, used, limit) {
    const users = countUsers(entries);
    let bytes = [...entries.values()].reduce((sum, { fileSize }) => sum + fileSize, 0);
    const evicted = new Set();
    const free = [...entries.keys()].filter((name) => users.get(name) === 0);
    while (bytes > limit && free.length > 0) {
        const name = takeOldest(free, entries, used);
        const entry = entries.get(name);
        if (entry === undefined)
            continue;
        evicted.add(name);
        bytes -= entry.fileSize;
        for (const reference of innerReferences(entries, name)) {
            const left = (users.get(reference) ?? 0) - 1;
            users.set(reference, left);
            if (left === 0)
                free.push(reference);
        }
    }
    return evicted;
}
/** How many other entries refer to each. */
function countUsers(entries) {
    const users = new Map([...entries.keys()].map((name) => [name, 0]));
    for (const name of entries.keys())
        for (const reference of innerReferences(entries, name))
            users.set(reference, (users.get(reference) ?? 0) + 1);
    return users;
}
const innerReferences = (entries, name) => [...new Set((entries.get(name)?.references ?? []).map(store_path/* storeHash */.YE))].filter((other) => other !== name && entries.has(other));
/** Of equally old ones the largest: it makes the most room. */
function takeOldest(free, entries, used) {
    const time = (name) => used.get(name) ?? 0;
    const size = (name) => entries.get(name)?.fileSize ?? 0;
    let best = 0;
    for (let at = 1; at < free.length; at += 1) {
        const [one, other] = [free[at] ?? '', free[best] ?? ''];
        const order = time(one) - time(other) || size(other) - size(one) || (one < other ? -1 : 1);
        if (order < 0)
            best = at;
    }
    return free.splice(best, 1)[0] ?? '';
}

// EXTERNAL MODULE: ./build/js/cache/keys.js
var keys = __webpack_require__(9927);
// EXTERNAL MODULE: ./build/js/cache/ledger.js
var cache_ledger = __webpack_require__(1510);
// EXTERNAL MODULE: ./build/js/cache/restore.js + 1 modules
var restore = __webpack_require__(5652);
// EXTERNAL MODULE: ./build/js/cache/scan.js
var scan = __webpack_require__(5118);
// EXTERNAL MODULE: ./build/js/nix/signing-key.js
var signing_key = __webpack_require__(5143);
;// CONCATENATED MODULE: ./build/js/cache/select.js


/**
 * Chooses what the cache keeps of what a run has needed: what was built in this store, with what that refers to, but
 * for what a trusted substituter has signed. What came here otherwise and is signed by nobody is left out: where it
 * came from is not known, and a signature of ours would vouch for it.
 * @param trustedKeys `trusted-public-keys` in force
 * @param cacheKey name of the key of this run's cache: what carries its signature was restored from there
 */
function selectPaths(paths, trustedKeys, cacheKey) {
    const known = new Map(paths.map((info) => [info.path, info]));
    const upstream = new Set(trustedKeys.filter((key) => !(0,signer/* isOfActionsCache */.dd)(key)).map(signing_key/* keyName */.xT));
    const inside = new Map();
    const outside = new Map();
    const queue = paths.filter(({ ultimate }) => ultimate);
    for (const info of queue) {
        if (inside.has(info.path) || outside.has(info.path))
            continue;
        const belongs = isKept(info, upstream, cacheKey);
        (belongs ? inside : outside).set(info.path, info);
        if (belongs)
            queue.push(...info.references.flatMap((path) => known.get(path) ?? []));
    }
    return { inside: [...inside.values()], outside: [...outside.values()] };
}
function isKept(info, upstream, cacheKey) {
    if (info.ultimate)
        return true;
    if (info.signatures.some((signature) => upstream.has((0,signing_key/* keyName */.xT)(signature))))
        return false;
    return info.ca !== undefined || info.signatures.some((signature) => (0,signing_key/* keyName */.xT)(signature) === cacheKey);
}

;// CONCATENATED MODULE: ./build/js/cache/save.js














/** GitHub keeps 10 GiB a repository and then drops what was longest unused: room for some targets and branches. */
const LIMIT_BYTES = 2 * 1024 ** 3;
/**
 * Adds to the cache what was built for the derivations, finished or not, and saves it where something is new. Never
 * throws: a cache that cannot be saved fails no job.
 * @param drvPaths derivations that the run wanted built
 */
async function saveCache(runner, nix, restored, drvPaths, keeping) {
    if (!restored.use.write)
        return { saved: false, reason: restored.use.reason };
    let result;
    try {
        result = hasAll(restored, keeping) ? NOTHING_NEW : await fillAndSave(runner, nix, restored, drvPaths, keeping);
    }
    catch (error) {
        result = { saved: false, reason: `not saved: ${error instanceof Error ? error.message : String(error)}` };
    }
    runner.log.info(`Actions cache: ${result.reason}.`);
    return result;
}
const NOTHING_NEW = { saved: false, reason: 'nothing new was built, nothing is saved' };
/** What was asked for is in the cache, with all that it needs: there is nothing to look for. */
const hasAll = ({ entries, damaged }, { wanted, builtNothing }) => builtNothing === true &&
    !damaged &&
    wanted.length > 0 &&
    wanted.every((path) => entries.get((0,store_path/* storeHash */.YE)(path))?.path === path);
async function fillAndSave(runner, nix, restored, drvPaths, { wanted, memory = '', limitBytes = LIMIT_BYTES }) {
    const needed = drvPaths.length === 0 ? [] : await neededPaths(runner, nix, drvPaths);
    const doubtful = needed.find(({ signatures }) => signatures.some(signer/* isUnverified */.sU));
    if (restored.use.trust === 'signed' && doubtful !== undefined)
        return { saved: false, reason: `not saved: ${doubtful.path} came from a cache for which nobody vouches` };
    const selected = selectPaths(needed, await trustedKeys(runner, nix), restored.signer.name);
    const fresh = selected.inside.filter(({ path }) => restored.entries.get((0,store_path/* storeHash */.YE)(path))?.path !== path);
    if (fresh.length === 0)
        return NOTHING_NEW;
    const added = await save_addEntries(runner, nix, restored, selected, fresh);
    const all = new Map([...restored.entries, ...added]);
    const now = Math.floor(Date.now() / 1000);
    const ledger = (0,cache_ledger/* updateUses */._m)(all, restored.ledger, { needed: new Set(needed.map(({ path }) => path)), wanted }, now);
    const evicted = chooseEvicted(all, ledger.used, limitBytes);
    const kept = new Map([...all].filter(([name]) => !evicted.has(name)));
    await removeFiles(runner, restored.folder, all, kept);
    if (![...added.keys()].some((name) => kept.has(name)))
        return { saved: false, reason: `not saved: what was built has more than ${(0,units/* formatBytes */.z3)(limitBytes)}` };
    const text = (0,cache_ledger/* printLedger */.Xx)((0,cache_ledger/* updateUses */._m)(kept, ledger, { needed: new Set(), wanted }, now));
    const files = { [cache_ledger/* LEDGER */.Uz]: text, ...(memory === '' ? {} : { [cache_ledger/* MEMORY */.Qy]: memory }) };
    return await packed(runner, restored, kept, files, (folder) => send(runner, restored, folder, kept, { added: added.size, evicted: evicted.size }));
}
async function save_addEntries(runner, nix, restored, selected, fresh) {
    const { folder, storeDirectory, signer } = restored;
    await (0,restore/* makeFolder */.fc)(runner, restored);
    const narinfo = (path) => (0,external_node_path_.join)(folder, `${(0,store_path/* storeHash */.YE)(path)}.narinfo`);
    const standIns = selected.outside.filter(({ path }) => !restored.entries.has((0,store_path/* storeHash */.YE)(path)));
    try {
        for (const info of standIns)
            await runner.files.write(narinfo(info.path), (0,cache_entry/* printStandIn */.tl)(info));
        const paths = fresh.map(({ path }) => path);
        await copyInto(runner, nix, folder, paths);
    }
    finally {
        for (const { path } of standIns)
            await runner.files.remove(narinfo(path));
    }
    // it makes folders for logs and for realisations too
    for (const name of (0,scan/* strayNames */.eh)(folder))
        await runner.files.remove((0,external_node_path_.join)(folder, name));
    const added = new Map();
    for (const { path } of fresh) {
        const name = (0,store_path/* storeHash */.YE)(path);
        const { text: _, ...entry } = (0,cache_entry/* parseEntry */.ER)(`${name}.narinfo`, await (0,external_node_fs_promises_.readFile)(narinfo(path), 'utf8'), storeDirectory);
        await runner.files.write(narinfo(path), (0,cache_entry/* printEntry */.qM)(entry, signer));
        added.set(name, entry);
    }
    return added;
}
/** Removes evicted entries; NARs that a kept entry has too stay. */
async function removeFiles(runner, folder, all, kept) {
    const nars = new Set([...kept.values()].map(({ fileHash }) => fileHash));
    for (const [name, { fileHash }] of all) {
        if (kept.has(name))
            continue;
        await runner.files.remove((0,external_node_path_.join)(folder, `${name}.narinfo`));
        if (!nars.has(fileHash))
            await runner.files.remove((0,external_node_path_.join)(folder, 'nar', `${fileHash}.nar.zst`));
    }
}
/** Lays out what is saved: the folder's NARs, that are elsewhere meanwhile, and a few files. */
async function packed(runner, { folder }, kept, files, use) {
    const workspace = (0,external_node_path_.join)(runner.facts.folder, 'cache-packing');
    const archive = (0,external_node_path_.join)(workspace, client/* FOLDER_NAME */.fp);
    await runner.files.makeDirectory(archive, { mode: 0o700 });
    const narinfos = [];
    for (const name of kept.keys())
        narinfos.push(await (0,external_node_fs_promises_.readFile)((0,external_node_path_.join)(folder, `${name}.narinfo`), 'utf8'));
    for (const [name, text] of Object.entries({ ...files, [cache_entry/* ENTRIES */.lf]: narinfos.join('') }))
        await runner.files.write((0,external_node_path_.join)(archive, name), text);
    await (0,external_node_fs_promises_.rename)((0,external_node_path_.join)(folder, 'nar'), (0,external_node_path_.join)(archive, 'nar'));
    try {
        return await use(workspace);
    }
    finally {
        await (0,external_node_fs_promises_.rename)((0,external_node_path_.join)(archive, 'nar'), (0,external_node_path_.join)(folder, 'nar'));
        await runner.files.remove(workspace);
    }
}
async function send(runner, restored, workspace, kept, { added, evicted }) {
    const { env } = runner.facts;
    const keyOf = (salt) => `${restored.keys.save}${(0,keys/* contentDigest */.eZ)(kept.values(), salt)}`;
    // the key of what was restored, with which something was missing: it did not hold what its key says
    const damaged = restored.damaged || keyOf('') === restored.from;
    const key = keyOf(damaged ? `${env.GITHUB_RUN_ID ?? ''}.${env.GITHUB_RUN_ATTEMPT ?? ''}.${Date.now()}` : '');
    const answer = await (0,client/* askService */.xE)(runner, restored.program, workspace, { verb: 'save', path: client/* FOLDER_NAME */.fp, key });
    if (!answer.done)
        return { saved: false, reason: `not saved: ${answer.complaint ?? 'the service took nothing'}` };
    const bytes = (0,units/* formatBytes */.z3)([...kept.values()].reduce((sum, { fileSize }) => sum + fileSize, 0));
    const left = evicted === 0 ? '' : `, ${(0,units/* count */.U9)(evicted, 'path')} left out for size`;
    return { saved: true, reason: `saved ${(0,units/* count */.U9)(kept.size, 'path')} (${added} new${left}, ${bytes}) as ${key}` };
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./build/js/nix/system.js
var nix_system = __webpack_require__(7801);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
;// CONCATENATED MODULE: ./build/js/emulation/elf.js
/** Where a program of ours is loaded; above any mmap_min_addr, aligned for the largest page size (64 KiB). */
const BASE = 0x400000;
const PAGE = 0x10000;
/**
 * A static ELF program of one segment, that holds the headers and the code.
 * Source of the layout: the System V ABI, chapters 4 and 5 (as in <elf.h>).
 */
function buildElf({ elf, flags, code }, form) {
    const wide = elf.bits === 64;
    const headers = wide ? 64 + 56 : 52 + 32;
    const base = form === 'pie' ? 0 : BASE;
    const bytes = new Uint8Array(headers + code.length);
    const { byte, half, word, address } = createWriter(bytes, elf);
    byte(0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, elf.endian === 'little' ? 1 : 2, 1, form === 'pie' ? 3 : 0);
    byte(0, 0, 0, 0, 0, 0, 0, 0);
    half(form === 'pie' ? 3 : 2, elf.machine);
    word(1);
    address(base + headers, wide ? 64 : 52, 0);
    word(flags);
    half(wide ? 64 : 52, wide ? 56 : 32, 1, wide ? 64 : 40, 0, 0);
    word(1); // PT_LOAD; readable and executable: 5
    if (wide)
        word(5);
    address(0, base, base, bytes.length, bytes.length);
    if (!wide)
        word(5);
    address(PAGE);
    bytes.set(code, headers);
    return bytes;
}
/** Writes fields one after the other, in the sizes and the byte order of a machine. */
function createWriter(bytes, { bits, endian }) {
    const view = new DataView(bytes.buffer);
    let at = 0;
    const write = (size, set) => (...values) => {
        for (const value of values) {
            set(value);
            at += size;
        }
    };
    const little = endian === 'little';
    const word = write(4, (value) => view.setUint32(at, value, little));
    return {
        byte: write(1, (value) => view.setUint8(at, value)),
        half: write(2, (value) => view.setUint16(at, value, little)),
        word,
        address: bits === 32 ? word : write(8, (value) => view.setBigUint64(at, BigInt(value), little)),
    };
}
const PT_INTERP = 3;
/**
 * Reads the header and program headers of an ELF file.
 * @param bytes start of the file, with the program headers
 * @returns undefined where it is no ELF file or `bytes` ends before the program headers do
 */
function parseElf(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.byteLength < 64 || view.getUint32(0) !== 0x7f454c46)
        return undefined;
    const wide = view.getUint8(4) === 2;
    const little = view.getUint8(5) === 1;
    const loader = findLoader(view, wide, little);
    if (loader === undefined)
        return undefined;
    const machine = view.getUint16(18, little);
    return {
        bits: wide ? 64 : 32,
        endian: little ? 'little' : 'big',
        machine,
        loader: loader === '' ? undefined : loader,
    };
}
/** Content of the segment PT_INTERP; empty where there is none, undefined where `view` does not reach so far. */
function findLoader(view, wide, little) {
    const address = (at) => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
    const table = address(wide ? 32 : 28);
    const size = view.getUint16(wide ? 54 : 42, little);
    const end = table + size * view.getUint16(wide ? 56 : 44, little);
    if (size < (wide ? 56 : 32) || end > view.byteLength)
        return undefined;
    for (let entry = table; entry < end; entry += size) {
        if (view.getUint32(entry, little) !== PT_INTERP)
            continue;
        const start = view.byteOffset + address(entry + (wide ? 8 : 4));
        const text = Buffer.from(view.buffer, start, address(entry + (wide ? 32 : 16))).toString('latin1');
        return text.replace(/\0.*$/s, '');
    }
    return '';
}
/**
 * Why a file cannot be an emulator that works inside a build sandbox; undefined where it can.
 * The kernel keeps the emulator itself open (flag F), but a loader would be looked up inside the sandbox.
 * @param bytes start of the file
 * @param machine what this machine executes
 */
function emulatorFault(bytes, machine) {
    const header = parseElf(bytes);
    if (header === undefined)
        return 'it is not an ELF program (a wrapper script cannot be registered)';
    if (header.machine !== machine.machine || header.bits !== machine.bits || header.endian !== machine.endian) {
        return 'it is a program for another machine than this one';
    }
    return header.loader === undefined
        ? undefined
        : `it is dynamic: it needs ${header.loader}, which a build sandbox does not have; a static QEMU is needed`;
}

;// CONCATENATED MODULE: ./build/js/emulation/registrations.js

/** Where the kernel shows binfmt_misc (Documentation/admin-guide/binfmt-misc.rst). */
const BINFMT = '/proc/sys/fs/binfmt_misc';
/** Reads what the kernel shows of an entry. */
function parseEntry(name, text) {
    const field = (label) => new RegExp(`^${label}:? ?(.*)$`, 'm').exec(text)?.[1];
    const bytes = (label) => {
        const hex = field(label);
        return hex === undefined ? undefined : Uint8Array.from(Buffer.from(hex, 'hex'));
    };
    return {
        name,
        enabled: /^enabled$/m.test(text),
        interpreter: field('interpreter') ?? '',
        flags: field('flags') ?? '',
        offset: Number(field('offset') ?? 0),
        magic: bytes('magic'),
        mask: bytes('mask'),
    };
}
/** Whether the kernel would hand a file that begins with `start` to an entry (fs/binfmt_misc.c). */
function matches(entry, start) {
    const { magic, mask, offset } = entry;
    if (!entry.enabled || magic === undefined || offset + magic.length > start.length)
        return false;
    return magic.every((byte, index) => (((start[offset + index] ?? 0) ^ byte) & (mask?.[index] ?? 0xff)) === 0);
}
/** Whether an entry takes any of the programs of an architecture (plain or position-independent, of either OSABI). */
function concerns(entry, architecture) {
    const code = new Uint8Array(256); // the kernel reads 256 bytes, BINPRM_BUF_SIZE
    return ['plain', 'pie'].some((form) => matches(entry, buildElf({ elf: architecture.elf, flags: 0, code }, form)));
}
/**
 * Why an entry cannot serve a build in a sandbox, in a few words; undefined where nothing can be seen from here.
 * @param interpreterExists seen from this process; with flag F the kernel has it open and it may be gone
 */
function entryFault(entry, interpreterExists) {
    const open = entry.flags.includes('F');
    if (!open && !interpreterExists)
        return `its interpreter ${entry.interpreter} does not exist`;
    return open ? undefined : 'it lacks flag F, so a build sandbox does not find its interpreter';
}
/** Names of our entries begin so. */
const OURS = 'nix-multiarch-';
/**
 * Name of our entry for an architecture. The tag tells runner agents of one machine apart: they share the kernel's
 * table, and one must not rely on an entry that another takes away when its job ends.
 */
const entryName = (architecture, tag) => `${OURS}${architecture.name}-${tag}`;
/**
 * Keeps what serves and registers ours otherwise. Nobody else's entry is touched: of several that match, the kernel takes
 * the newest, so ours wins over them while it is there, and they are as they were when it is gone.
 */
function registrations_decide({ architecture, entries, serves, isolated, faults, tag }) {
    const name = entryName(architecture, tag);
    const concerned = entries.filter((entry) => concerns(entry, architecture));
    const own = concerned.find((entry) => entry.name === name);
    const lent = concerned.filter((entry) => entry.name.startsWith(OURS) && entry.name !== name);
    const sandboxed = isolated || concerned.every((entry) => !faults.has(entry.name));
    if (serves && sandboxed && lent.length === 0) {
        const entry = own ?? concerned.find((each) => !faults.has(each.name)) ?? concerned[0];
        const what = entry === undefined ? 'an emulator that the kernel has open' : registrations_describe(entry);
        return { action: 'keep', entry, adopt: own !== undefined, reason: `kept ${what}: it ran our test programs` };
    }
    const others = concerned.filter((entry) => entry.name !== name);
    const over = others.map((entry) => `${registrations_describe(entry)}: ${faultOf(entry, serves, faults)}`);
    const stale = entries.some((entry) => entry.name === name);
    const replaced = !stale ? '' : `; took the place of its own entry of an earlier run, which did not work`;
    const reason = over.length === 0 ? replaced.slice(2) : `takes precedence over ${over.join(', and ')}${replaced}`;
    return { action: 'register', stale, over: others, reason };
}
const registrations_describe = (entry) => `entry ${entry.name} (${entry.interpreter}, flags ${entry.flags || 'none'})`;
function faultOf(entry, serves, faults) {
    if (entry.name.startsWith(OURS) && serves)
        return 'it goes away when the job of another runner ends';
    return faults.get(entry.name) ?? 'it did not run our test programs';
}
/**
 * Flags of our entry: F keeps the emulator open for sandboxes, P hands it argv[0]. Never C, which would run a foreign
 * setuid program's emulator as root.
 * @param kernel release, `6.8.0-1021-azure`: from 5.12 on it tells the interpreter about P (AT_FLAGS)
 * @param qemu version, `7.2.22`: from 6.0 on it reads that; an older one would take argv[0] for the program
 */
function flagsFor(kernel, qemu) {
    const atLeast = (version, major, minor) => {
        const [left = 0, right = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
        return left > major || (left === major && right >= minor);
    };
    return atLeast(kernel, 5, 12) && qemu !== undefined && atLeast(qemu, 6, 0) ? 'PF' : 'F';
}
/** Longest line that the kernel takes (MAX_REGISTER_LENGTH). */
const LONGEST = 1920;
/**
 * The line that registers an emulator, `:name:M::magic:mask:interpreter:flags`; its first character is what separates
 * the fields, so a colon in the path is no obstacle.
 * @throws Error where the path cannot be written in a line
 */
function registrationLine(name, architecture, interpreter, flags) {
    const mark = [':', '|', ',', ';', '%'].find((each) => !interpreter.includes(each));
    const escaped = (bytes) => [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
    const { magic, mask } = architecture;
    const line = ['', name, 'M', '', escaped(magic), escaped(mask), interpreter, flags].join(mark);
    if (mark === undefined || interpreter.includes('\n') || Buffer.byteLength(line) > LONGEST) {
        throw new Error(`the path of the emulator is too long or too odd to be registered: ${interpreter}`);
    }
    return line;
}

;// CONCATENATED MODULE: ./build/js/emulation/obstacles.js

/** Reads the state of the mount from /proc/self/mountinfo (proc(5)): the last mount at a place is the one seen. */
function mountState(mountinfo) {
    const here = mountinfo.split('\n').filter((line) => line.split(' ')[4] === BINFMT);
    const last = here.at(-1);
    if (last === undefined)
        return 'not mounted';
    const [mount = '', superblock = ''] = last.split(' - ');
    const [type, , superOptions = ''] = superblock.split(' ');
    if (type !== 'binfmt_misc')
        return 'not mounted';
    const readOnly = [mount.split(' ')[5] ?? '', superOptions].some((options) => options.split(',').includes('ro'));
    return readOnly ? 'read-only' : 'mounted';
}
const ROOT = 'run the job as root, or let its user use sudo without a password';
/**
 * Why no emulator can be registered on this machine, and what to do; undefined where nothing speaks against it.
 * @param loadable the module of a kernel in which binfmt_misc is absent can be loaded
 */
function obstacleOf(state, privilege, loadable) {
    if (state === 'absent' && !loadable) {
        return 'this kernel has no binfmt_misc, by which it starts emulators; use a machine whose kernel has it (CONFIG_BINFMT_MISC)';
    }
    if (state === 'read-only') {
        return `${BINFMT} is mounted read-only; mount it writable (mount -o remount,rw ${BINFMT}, in a container --privileged), or register the emulator before the job`;
    }
    if (state === 'switched off') {
        return `binfmt_misc is switched off on this machine; switch it on (write 1 to ${BINFMT}/status)`;
    }
    if (privilege === 'none') {
        return `registering an emulator needs root; ${ROOT}, or have a static QEMU registered with flag F before the job`;
    }
    return undefined;
}
/** The sentence of a failure: what failed, why, what to do. */
const failure = (system, why) => `${system} cannot be emulated: ${why}`;
/** Why a system that no QEMU of the user mode emulates cannot be had. */
const UNKNOWN = 'QEMU has no user-mode emulator for it; build it on a machine of that system, or by a cross strategy';
const NOT_LINUX = 'this machine does not run Linux, and only Linux starts emulators; use a Linux runner';
/** Translates what the kernel or `mount` says of a mount that it refuses. */
function mountRefusal(said) {
    return /permission denied|not permitted|EPERM|EACCES/i.test(said)
        ? `${BINFMT} is not mounted, and this process may not mount it; in a container use --privileged, or register the emulator on the host before the job`
        : `${BINFMT} is not mounted, and mounting it failed (${lastLine(said)})`;
}
/** Translates what the kernel says when it refuses a registration (fs/binfmt_misc.c). */
function registerRefusal(said, interpreter) {
    const known = [
        [/EROFS|read-only file system/i, `${BINFMT} is read-only; mount it writable (in a container: --privileged)`],
        [/EPERM|not permitted/i, `the kernel lets this process register nothing; in a container use --privileged`],
        [/EACCES|permission denied/i, `the kernel may not execute ${interpreter} (is its file system mounted noexec?)`],
        [/EEXIST|file exists/i, 'another job registered an entry of the same name at this moment; run this one again'],
        [/ENOENT|no such file/i, `${interpreter} disappeared before the kernel could open it`],
        [/ENOEXEC|EINVAL|invalid argument/i, `this kernel does not take the entry; flag F needs Linux 4.8 or newer`],
    ];
    const reason = known.find(([pattern]) => pattern.test(said))?.[1] ?? lastLine(said);
    return `the kernel refused to register ${interpreter}: ${reason}`;
}
const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';

;// CONCATENATED MODULE: ./build/js/emulation/table.js




/** Reads the table; changes nothing. */
function readTable() {
    // Listing the folder lets systemd's automount do its work before the mounts are read.
    const names = (0,external_node_fs_.existsSync)(BINFMT) ? (0,external_node_fs_.readdirSync)(BINFMT) : undefined;
    const state = names === undefined ? 'absent' : mountState((0,external_node_fs_.readFileSync)('/proc/self/mountinfo', 'utf8'));
    if (names === undefined || state === 'not mounted')
        return { state, entries: [] };
    if ((0,external_node_fs_.readFileSync)((0,external_node_path_.join)(BINFMT, 'status'), 'utf8').trim() === 'disabled')
        return { state: 'switched off', entries: [] };
    const entries = names.filter((name) => name !== 'register' && name !== 'status').flatMap(readEntry);
    return { state, entries };
}
/** An entry by name, as a list of one; empty where it is not there (any more: another job may take its own out). */
function readEntry(name) {
    try {
        return [parseEntry(name, (0,external_node_fs_.readFileSync)((0,external_node_path_.join)(BINFMT, name), 'utf8'))];
    }
    catch {
        return [];
    }
}
/** Whether the module of a kernel without a folder for binfmt_misc is there to be loaded. Changes nothing. */
async function canLoadModule(runner) {
    const modprobe = runner.commands.find('modprobe');
    if (modprobe === undefined)
        return false;
    const command = { tool: modprobe, args: ['--dry-run', '--quiet', 'binfmt_misc'] };
    return (await runner.commands.run(command, { accept: 'any', timeoutSeconds: 30 })).exitCode === 0;
}
/**
 * Mounts binfmt_misc, having noted that post unmounts it.
 * @throws CommandError, UserError where that is refused
 */
async function mountTable(runner) {
    if (!(0,external_node_fs_.existsSync)(BINFMT)) {
        await runner.commands.run({ tool: 'modprobe', args: ['binfmt_misc'] }, { asRoot: true, timeoutSeconds: 60 });
    }
    await runner.journal.record({ kind: 'unmount', path: BINFMT, shared: true });
    const args = ['-t', 'binfmt_misc', 'binfmt_misc', BINFMT];
    await runner.commands.run({ tool: 'mount', args, env: { LC_ALL: 'C' } }, { asRoot: true, timeoutSeconds: 60 });
}
/** Registers an entry, having noted that post takes it out. @throws where the kernel refuses */
async function register(runner, name, interpreter, line) {
    await runner.journal.record({ kind: 'unregister', entry: name, interpreter, shared: true });
    await runner.files.writeKernel((0,external_node_path_.join)(BINFMT, 'register'), line);
}
/** Takes an entry of ours out. */
async function unregister(runner, name) {
    if ((0,external_node_fs_.existsSync)((0,external_node_path_.join)(BINFMT, name)))
        await runner.files.writeKernel((0,external_node_path_.join)(BINFMT, name), '-1');
}

;// CONCATENATED MODULE: ./build/js/emulation/add.js





/** Registers a found emulator as was decided, and proves it; takes it out again where it does not work. */
async function add(work, architecture, decision, found) {
    if (found === undefined || !('path' in found)) {
        const advice = 'install Debian’s qemu-user-static, or give qemu-source a folder with a static one';
        return { status: 'failed', reason: `${found?.missing ?? 'no emulator was found'}; ${advice}` };
    }
    const name = entryName(architecture, work.tag);
    const refusal = await tryRegister(work, architecture, decision, name, found);
    if (refusal !== undefined)
        return { status: 'failed', reason: refusal };
    const [entry] = readEntry(name);
    const execution = await work.prover.execute(architecture);
    if (entry?.flags.includes('F') !== true || execution.kind !== 'emulated') {
        await unregister(work.runner, name);
        const detail = execution.kind === 'none' ? execution.detail : 'the kernel did not take flag F';
        return { status: 'failed', reason: `${found.path} was registered, but our test program did not run: ${detail}` };
    }
    const { path: interpreter, version, origin } = found;
    const reason = `registered ${interpreter} from ${origin}, flags ${entry.flags}${decision.reason && `; it ${decision.reason}`}`;
    const status = decision.over.length > 0 || decision.stale ? 'replaced' : 'registered';
    return { status, interpreter, reason, ...(version && { version }) };
}
/** Writes the entry; gives why the kernel refused it. */
async function tryRegister({ runner }, architecture, decision, name, { path, version }) {
    try {
        if (decision.stale)
            await unregister(runner, name);
        await register(runner, name, path, registrationLine(name, architecture, path, flagsFor((0,external_node_os_.release)(), version)));
        return undefined;
    }
    catch (error) {
        return registerRefusal(said(error), path);
    }
}
/** What a failed write or command said. */
function said(error) {
    if (error instanceof runner_errors/* CommandError */.Qd)
        return error.result.stderr;
    return error instanceof Error ? error.message : String(error);
}

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
    const elf = (0,platform/* platformOf */.tj)(first)?.elf;
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

;// CONCATENATED MODULE: ./build/js/emulation/packages.js
/**
 * Reads `apt-get download --print-uris`: `'URL' name_version_arch.deb size SHA256:…`, the version's colon as `%3a`.
 * @returns undefined where apt knows no such package
 */
function parseCandidate(name, printed) {
    const [, file = '', sha256 = ''] = /^'[^']+' (\S+\.deb) \d+ SHA256:([0-9a-f]{64})$/m.exec(printed) ?? [];
    const version = /^[^_]+_(.+)_[^_]+$/.exec(file)?.[1];
    return version === undefined ? undefined : { name, version: version.replaceAll('%3a', ':'), sha256 };
}
/** Version under which the tool cache keeps what was in a package; it wants a semantic version, and the hash decides. */
function cacheVersion({ version, sha256 }) {
    const [, major = '0', minor = '0', patch = '0'] = /^(?:\d+:)?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? [];
    return `${[major, minor, patch].map(Number).join('.')}-sha${sha256.slice(0, 16)}`;
}
/** The line of apt's messages that says most: what failed to be fetched, or else the last one. */
function complaintOf(stderr) {
    const lines = stderr.trim().split('\n');
    return lines.find((line) => /Failed to fetch|^E:/.test(line))?.trim() ?? lines.at(-1) ?? '';
}

;// CONCATENATED MODULE: ./build/js/emulation/distro.js





/**
 * Packages of Debian and Ubuntu with QEMU's user mode. Until Debian 12 and Ubuntu 24.04 the first one is the static one;
 * later it is an empty one that depends on the second, which is static since QEMU 9.1.
 */
const PACKAGES = ['qemu-user-static', 'qemu-user'];
const DOWNLOAD_SECONDS = 900;
const TRIES = 3;
/** Options of apt-get: bounded tries and times, nothing that is not needed. */
const POLITE = [
    'Acquire::Retries=3',
    'Acquire::http::Timeout=60',
    'Acquire::https::Timeout=60',
    'Acquire::Languages=none',
].flatMap((option) => ['-o', option]);
/**
 * Takes emulators out of the distribution's package without installing it. apt checks the package against the signed
 * lists of the distribution. The machine's own lists are read; where they are missing or too old, a private copy is
 * fetched into the run's folder, so that the machine's stay as they are and root is not needed.
 * @param names QEMU's names of architectures
 */
async function fetchFromDistribution(runner, names) {
    const nothing = (none) => new Map(names.map((name) => [name, { paths: [], origin: '', none }]));
    if (runner.commands.find('apt-get') === undefined || runner.commands.find('dpkg-deb') === undefined) {
        return nothing('the distribution has no apt-get and dpkg-deb, and QEMU is taken from packages of Debian and Ubuntu only');
    }
    let why = '';
    for (const fetchLists of [machineLists, privateLists]) {
        const lists = await fetchLists(runner);
        const taken = await takeFirst(runner, lists, names);
        if (typeof taken !== 'string')
            return new Map([...nothing('the package has no such emulator'), ...taken]);
        why = taken;
    }
    return nothing(why);
}
/** Emulators of the first package that has some of them. A text says why none has. */
async function takeFirst(runner, { options, candidates, said }, names) {
    let why = `apt knows no package ${PACKAGES.join(' or ')} (in Ubuntu it is in the component universe)`;
    if (said !== '')
        why += `; apt-get update said “${said}”`;
    for (const candidate of candidates) {
        const taken = await take(runner, options, candidate, names);
        if (typeof taken !== 'string' && taken.size > 0)
            return taken;
        why = typeof taken === 'string' ? taken : `the package ${candidate.name} has no such emulator`;
    }
    return why;
}
const machineLists = async (runner) => ({
    options: POLITE,
    candidates: await findCandidates(runner, POLITE),
    said: '',
});
/** Fetches the package lists into the run's folder. */
async function privateLists(runner) {
    const folder = (0,external_node_path_.join)(runner.facts.folder, 'emulation', 'apt');
    await runner.files.makeDirectory((0,external_node_path_.join)(folder, 'lists', 'partial'));
    await runner.files.makeDirectory((0,external_node_path_.join)(folder, 'cache', 'archives', 'partial'));
    const places = [`Dir::State::lists=${folder}/lists`, `Dir::Cache=${folder}/cache`, 'APT::Sandbox::User=root'];
    const options = [...POLITE, ...places.flatMap((option) => ['-o', option])];
    for (let attempt = 1;; attempt++) {
        runner.log.info('qemu-source distro: apt-get update, with lists of this run’s own');
        const { stderr } = await apt(runner, [...options, 'update', '-qq'], folder);
        // Another repository that is down is no reason to stop: what counts is whether the package is known now.
        const candidates = await findCandidates(runner, options);
        if (candidates.length > 0 || attempt === TRIES)
            return { options, candidates, said: complaintOf(stderr) };
        await (0,promises_.setTimeout)(attempt * 5000);
    }
}
const apt = async (runner, args, cwd) => await runner.commands.run({ tool: 'apt-get', args, cwd, env: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' } }, { accept: 'any', timeoutSeconds: DOWNLOAD_SECONDS });
async function findCandidates(runner, options) {
    const found = [];
    for (const name of PACKAGES) {
        const { stdout } = await apt(runner, [...options, 'download', '--print-uris', name], runner.facts.folder);
        const candidate = parseCandidate(name, stdout);
        if (candidate !== undefined)
            found.push(candidate);
    }
    return found;
}
/** Emulators of a package: from the tool cache, or downloaded and kept there. A text says why that failed. */
async function take(runner, options, candidate, names) {
    const version = cacheVersion(candidate);
    const cached = await Promise.all(names.map((name) => runner.tools.find(`qemu-${name}`, version)));
    const folders = cached.every((folder) => folder !== undefined)
        ? new Map(names.map((name, index) => [name, cached[index] ?? '']))
        : await unpack(runner, options, candidate, names);
    if (typeof folders === 'string')
        return folders;
    const origin = `the package ${candidate.name} ${candidate.version}`;
    const offers = [...folders].map(([name, folder]) => [
        name,
        { paths: [(0,external_node_path_.join)(folder, `qemu-${name}`)], origin, none: `${candidate.name} lost its qemu-${name}` },
    ]);
    return new Map(offers);
}
async function unpack(runner, options, candidate, names) {
    const folder = (0,external_node_path_.join)(runner.facts.folder, 'emulation', candidate.name);
    await runner.files.makeDirectory(folder);
    runner.log.info(`qemu-source distro: apt-get download ${candidate.name} ${candidate.version}`);
    const download = await apt(runner, [...options, 'download', '-qq', candidate.name], folder);
    const file = (0,external_node_fs_.readdirSync)(folder).find((name) => name.endsWith('.deb'));
    if (download.exitCode !== 0 || file === undefined) {
        return `apt-get download ${candidate.name} failed (${download.stopped ?? complaintOf(download.stderr)})`;
    }
    const root = (0,external_node_path_.join)(folder, 'root');
    await runner.commands.run({ tool: 'dpkg-deb', args: ['-x', file, root], cwd: folder }, { timeoutSeconds: 300 });
    const kept = new Map();
    for (const name of names) {
        const place = await keepEmulator(runner, (0,external_node_path_.join)(root, 'usr', 'bin'), name, cacheVersion(candidate));
        if (place !== undefined)
            kept.set(name, place);
    }
    await runner.files.remove(folder);
    return kept;
}
/** Copies one emulator out of hundreds of megabytes, and into the tool cache; gives the folder of `qemu-<name>`. */
async function keepEmulator(runner, bin, name, version) {
    for (const file of [`qemu-${name}-static`, `qemu-${name}`]) {
        // A file that is not there, or a link to what another package has, is passed over.
        const content = await (0,external_node_fs_promises_.readFile)((0,external_node_path_.join)(bin, file)).catch(() => undefined);
        if (content === undefined)
            continue;
        const folder = (0,external_node_path_.join)(runner.facts.folder, 'emulation', 'qemu', name);
        await runner.files.makeDirectory(folder);
        await runner.files.write((0,external_node_path_.join)(folder, `qemu-${name}`), content, { mode: 0o755 });
        return await runner.tools.save(folder, `qemu-${name}`, version);
    }
    return undefined;
}

;// CONCATENATED MODULE: ./build/js/emulation/machine-code.js

/** Exit code of the probe: one that neither a shell nor QEMU gives by itself. */
const PROBE_EXIT = 42;
/**
 * `exit(42)` by the Linux system call of each architecture (numbers: the kernel's syscall tables; the comment gives the
 * assembly). Every one has been run under QEMU 7.2 and 11.
 */
const EXIT = {
    // mov edi, 42; mov eax, 60; syscall
    x86_64: { bytes: [0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05] },
    // mov ebx, 42; mov eax, 1; int 0x80
    i386: { bytes: [0xbb, 42, 0, 0, 0, 0xb8, 1, 0, 0, 0, 0xcd, 0x80] },
    // mov x0, #42; mov x8, #93; svc #0
    aarch64: { words: [0xd2800540, 0xd2800ba8, 0xd4000001] },
    aarch64_be: { words: [0xd2800540, 0xd2800ba8, 0xd4000001], instructions: 'little' },
    // mov r0, #42; mov r7, #1; svc 0 (EABI version 5)
    arm: { flags: 0x0500_0000, words: [0xe3a0002a, 0xe3a07001, 0xef000000] },
    // li a0, 42; li a7, 93; ecall
    riscv64: { words: [0x02a00513, 0x05d00893, 0x00000073] },
    riscv32: { words: [0x02a00513, 0x05d00893, 0x00000073] },
    // li r3, 42; li r0, 1; sc (flags 2: ELFv2, whose entry point is code and not a descriptor)
    ppc64le: { flags: 2, words: [0x3860002a, 0x38000001, 0x44000002] },
    ppc64: { flags: 2, words: [0x3860002a, 0x38000001, 0x44000002] },
    ppc: { words: [0x3860002a, 0x38000001, 0x44000002] },
    // lghi %r2, 42; svc 1
    s390x: { bytes: [0xa7, 0x29, 0x00, 42, 0x0a, 1] },
    // li.w $a0, 42; li.w $a7, 93; syscall 0 (flags: double-float ABI, object version 1)
    loongarch64: { flags: 0x43, words: [0x0380a804, 0x0381740b, 0x002b0000] },
    // li $a0, 42; li $v0, 5058 (n64) or 4001 (o32); syscall (flags: release 2, and o32)
    mips64el: { flags: 0x8000_0000, words: [0x2404002a, 0x240213c2, 0x0000000c] },
    mips64: { flags: 0x8000_0000, words: [0x2404002a, 0x240213c2, 0x0000000c] },
    mipsel: { flags: 0x7000_1000, words: [0x2404002a, 0x24020fa1, 0x0000000c] },
    mips: { flags: 0x7000_1000, words: [0x2404002a, 0x24020fa1, 0x0000000c] },
    // moveq #42, %d1; moveq #1, %d0; trap #0
    m68k: { bytes: [0x72, 42, 0x70, 1, 0x4e, 0x40] },
};
/** An ELF program of a few hundred bytes that does nothing but exit with code 42. */
function probeProgram(architecture, form) {
    const exit = EXIT[architecture.name];
    if (exit === undefined)
        throw new Error(`no machine code for ${architecture.name}`);
    const program = { elf: architecture.elf, flags: exit.flags ?? 0, code: codeOf(exit, architecture) };
    return buildElf(program, form);
}
function codeOf(exit, architecture) {
    if (exit.bytes !== undefined)
        return Uint8Array.from(exit.bytes);
    const words = exit.words ?? [];
    const view = new DataView(new ArrayBuffer(words.length * 4));
    const little = (exit.instructions ?? architecture.elf.endian) === 'little';
    for (const [index, word] of words.entries())
        view.setUint32(index * 4, word, little);
    return new Uint8Array(view.buffer);
}

;// CONCATENATED MODULE: ./build/js/emulation/execution.js


/**
 * Judges the runs of our test programs.
 * @param runs each expected to exit with 42
 * @param asked a run in which QEMU would tell its version instead of running the program; a processor does not
 */
function executionOf(runs, asked) {
    const failed = runs.find((run) => run.exitCode !== PROBE_EXIT);
    if (failed !== undefined || asked === undefined)
        return { kind: 'none', detail: detailOf(failed) };
    if (asked.exitCode === PROBE_EXIT)
        return { kind: 'native' };
    return { kind: 'emulated', version: qemuVersion(asked.stdout) };
}
/** One phrase on why a test program did not end as it should. */
function detailOf(run) {
    if (run === undefined)
        return 'it was not run';
    if (run.stopped === 'timeout')
        return `it hung for ${Math.round(run.seconds)} s`;
    const said = run.stderr.trim().split('\n').at(-1) ?? '';
    return `exit code ${run.exitCode} instead of ${PROBE_EXIT}${said === '' ? '' : `, “${said}”`}`;
}
/** The version in what `qemu-<arch> --version` prints: `qemu-arm version 7.2.22 (Debian …)`. */
const qemuVersion = (text) => /^qemu-\S+ version (\d+(?:\.\d+)+)/m.exec(text)?.[1];
/** The facts of a system of which no program need or can be run. */
const ownOrNot = (machine, system) => machine === system
    ? { system, runs: 'native', reason: `this machine is ${system}` }
    : {
        system,
        runs: 'no',
        reason: `this machine does not execute ${system}, and QEMU has no user-mode emulator for it`,
    };
/** The facts of a foreign system whose program was run. */
function factsOf(machine, system, execution) {
    if (execution.kind === 'emulated') {
        const version = execution.version === undefined ? 'an emulator' : `QEMU ${execution.version}`;
        return { system, runs: 'emulated', reason: `${version} is registered for ${system} and ran our test program` };
    }
    if (execution.kind === 'native') {
        return { system, runs: 'native', reason: `this ${machine} machine ran our test program for ${system} by itself` };
    }
    const hoped = mayRunNatively(machine, system) ? `, nor by itself as some ${machine} machines do` : '';
    return { system, runs: 'no', reason: `this machine does not execute ${system}: no emulator serves it${hoped}` };
}

;// CONCATENATED MODULE: ./build/js/emulation/nix-source.js




/** Nixpkgs' QEMU with the user mode only, static: what NixOS takes for `boot.binfmt.preferStaticEmulators`. */
const ATTRIBUTE = 'nixpkgs#pkgsStatic.qemu-user';
/** It is in no cache for every machine, and then has to be built. */
const SECONDS = 3600;
/** In the tool cache it stays until that is emptied: which nixpkgs the registry means is known only once it is fetched. */
const KEPT_VERSION = '0.0.0-nixpkgs';
/** Emulators by name: those that an earlier job kept, else built, and kept for the next. */
async function obtainByNix(runner, nix, names) {
    const kept = await Promise.all(names.map(async (name) => [name, await runner.tools.find(`qemu-${name}`, KEPT_VERSION)]));
    if (kept.every(([, folder]) => folder !== undefined))
        return new Map(kept.map(([name, folder]) => [name, { bin: folder ?? '' }]));
    const built = await buildByNix(runner, nix);
    if ('bin' in built)
        for (const name of names)
            await keepEmulator(runner, built.bin, name, KEPT_VERSION);
    return new Map(names.map((name) => [name, built]));
}
/** Realises QEMU from the flake registry's nixpkgs; its paths are read from `--json`, as Nix 2.8 has no other way. */
async function buildByNix(runner, nix) {
    if (nix === undefined)
        return { why: 'there is no Nix to build one with' };
    const features = ['--extra-experimental-features', 'nix-command flakes'];
    const command = (0,nix_nix/* nixCommand */.Dv)(nix, 'nix', ['build', ...features, '--no-link', '--json', ATTRIBUTE]);
    runner.log.info(`qemu-source nix: nix build ${ATTRIBUTE}`);
    const onLine = (line, stream) => {
        if (stream === 'stderr')
            runner.log.info(line);
    };
    const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: SECONDS, onLine });
    if (result.exitCode !== 0 || result.stopped !== undefined) {
        return { why: `nix build ${ATTRIBUTE} failed (${result.stopped ?? result.stderr.trim().split('\n').at(-1)})` };
    }
    const outputs = decodeJson('nix build --json', result.stdout, list((built, at) => field(built, at, 'outputs', outPath)));
    return outputs[0] === undefined ? { why: `nix build ${ATTRIBUTE} gave nothing` } : { bin: (0,external_node_path_.join)(outputs[0], 'bin') };
}
const outPath = (outputs, at) => field(outputs, at, 'out', decode_text);

;// CONCATENATED MODULE: ./build/js/emulation/find.js








/**
 * Finds an emulator for each architecture. `auto` asks the machine, then its distribution, then Nix, each for what the
 * one before did not have.
 * @returns architecture name → emulator, or one phrase on why there is none
 */
async function findEmulators(search, source, architectures) {
    const steps = source.kind === 'auto' ? [{ kind: 'existing' }, { kind: 'distro' }, { kind: 'nix' }] : [source];
    const found = new Map();
    const reasons = new Map();
    for (const step of steps) {
        const wanted = architectures.filter((architecture) => !found.has(architecture.name));
        if (wanted.length === 0)
            break;
        const offers = await offersOf(search, step, wanted);
        for (const architecture of wanted) {
            const finding = await choose(search, architecture, offers.get(architecture.name));
            if ('path' in finding)
                found.set(architecture.name, finding);
            else
                reasons.set(architecture.name, [...(reasons.get(architecture.name) ?? []), finding.missing]);
        }
    }
    for (const [name, missing] of reasons)
        if (!found.has(name))
            found.set(name, { missing: missing.join('; ') });
    return found;
}
async function offersOf(search, step, wanted) {
    const names = wanted.map((architecture) => architecture.name);
    if (step.kind === 'distro')
        return await fetchFromDistribution(search.runner, names);
    const built = step.kind === 'nix' ? await obtainByNix(search.runner, search.nix, names) : undefined;
    return new Map(names.map((name) => [name, offer(search, step, name, built?.get(name))]));
}
const fileNames = (name) => [`qemu-${name}-static`, `qemu-${name}`];
function offer({ runner }, step, name, built) {
    if (step.kind === 'folder') {
        const folder = (0,external_node_path_.resolve)(runner.facts.workspace, step.path);
        const paths = fileNames(name).map((file) => (0,external_node_path_.join)(folder, file));
        return { paths, origin: `the folder ${folder}`, none: `${folder} holds no qemu-${name} and no qemu-${name}-static` };
    }
    if (built !== undefined) {
        const paths = 'bin' in built ? fileNames(name).map((file) => (0,external_node_path_.join)(built.bin, file)) : [];
        const none = 'bin' in built ? `nixpkgs' QEMU has no qemu-${name}` : built.why;
        return { paths, origin: 'Nix (nixpkgs#pkgsStatic.qemu-user)', none };
    }
    const onPath = fileNames(name).flatMap((file) => runner.commands.find(file) ?? []);
    const usual = ['/usr/bin', '/usr/local/bin'].flatMap((folder) => fileNames(name).map((file) => (0,external_node_path_.join)(folder, file)));
    const none = `this machine has no static qemu-${name} on PATH, in /usr/bin or in /usr/local/bin`;
    return { paths: [...new Set([...onPath, ...usual])], origin: 'this machine', none };
}
async function choose(search, architecture, offer) {
    const refused = [];
    for (const path of offer?.paths ?? []) {
        const start = await readStart(path);
        if (start === undefined)
            continue;
        const finding = await vet(search, architecture, path, start, offer?.origin ?? '');
        if ('path' in finding)
            return finding;
        refused.push(finding.missing);
    }
    return { missing: refused.length > 0 ? refused.join(', and ') : (offer?.none ?? 'nothing was offered') };
}
/** A program can be registered only if it is static and of this machine, and works. */
async function vet({ runner, prover, machine }, architecture, path, start, origin) {
    const own = (0,platform/* platformOf */.tj)(machine)?.elf;
    const fault = own === undefined ? `nothing is known of ${machine}` : emulatorFault(start, own);
    if (fault !== undefined)
        return { missing: `${path} is refused: ${fault}` };
    const run = await prover.emulate(path, architecture);
    if (run.exitCode !== PROBE_EXIT) {
        return { missing: `${path} is refused: it does not run a program for ${architecture.name} (${detailOf(run)})` };
    }
    const told = await runner.commands.run({ tool: path, args: ['--version'] }, { accept: 'any', timeoutSeconds: 60 });
    return { path, version: qemuVersion(told.stdout), origin };
}
/** Enough for the program headers of any linker; a loader's path lies right behind them. */
const START = 64 * 1024;
/** The first 64 KiB of a file; undefined where there is none that this user may read. */
async function readStart(path) {
    try {
        const file = await (0,external_node_fs_promises_.open)(path);
        try {
            const { buffer, bytesRead } = await file.read(Buffer.alloc(START), 0, START, 0);
            return buffer.subarray(0, bytesRead);
        }
        finally {
            await file.close();
        }
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/js/emulation/prove.js




const prove_SECONDS = 60;
/** Chooses the strictest way to run a program that works with a program of this machine's own. */
async function openProver(runner, machine) {
    const own = architectureOf(machine);
    if (own === undefined)
        throw new Error(`the architecture of this machine is not in the table: ${machine}`);
    const tried = [];
    for (const way of waysOf(runner)) {
        const result = await runProbe(runner, way, own, 'plain');
        if (result.exitCode === PROBE_EXIT)
            return createProver(runner, way);
        tried.push(detailOf(result));
    }
    const obstacle = `a test program of this machine's own in ${runner.facts.folder} cannot be run (${tried.at(-1)}); if the file ` +
        'system of RUNNER_TEMP is mounted noexec, give the runner a work folder on one that is not';
    return {
        isolated: false,
        obstacle,
        execute: async () => ({ kind: 'none', detail: obstacle }),
        emulate: async (emulator) => ({ exitCode: 126, stdout: '', stderr: `${emulator}: ${obstacle}`, seconds: 0 }),
    };
}
function waysOf(runner) {
    const { find } = runner.commands;
    const chroot = find('chroot') ?? '/usr/sbin/chroot';
    const unshare = find('unshare');
    const ways = [];
    if (runner.facts.privilege !== 'none') {
        const command = (root, program) => ({ tool: chroot, args: [root, `/${program}`] });
        ways.push({ isolated: true, asRoot: true, command });
    }
    if (unshare !== undefined) {
        const options = ['--user', '--map-root-user'];
        const command = (root, program) => ({
            tool: unshare,
            args: [...options, `--root=${root}`, '--', `/${program}`],
        });
        ways.push({ isolated: true, asRoot: false, command });
    }
    ways.push({ isolated: false, asRoot: false, command: (root, program) => ({ tool: (0,external_node_path_.join)(root, program), args: [] }) });
    return ways;
}
function createProver(runner, way) {
    return {
        isolated: way.isolated,
        obstacle: undefined,
        execute: async (architecture) => {
            const plain = await runProbe(runner, way, architecture, 'plain');
            if (plain.exitCode !== PROBE_EXIT)
                return executionOf([plain]);
            const pie = await runProbe(runner, way, architecture, 'pie');
            return executionOf([plain, pie], await runProbe(runner, way, architecture, 'plain', { QEMU_VERSION: '1' }));
        },
        emulate: async (emulator, architecture) => {
            const root = await writePrograms(runner, architecture);
            const command = { tool: emulator, args: [(0,external_node_path_.join)(root, 'plain')], cwd: root };
            return await runner.commands.run(command, { accept: 'any', timeoutSeconds: prove_SECONDS });
        },
    };
}
/** @param env with QEMU_VERSION (linux-user/main.c), QEMU tells its version and does not run the program */
async function runProbe(runner, { command, asRoot }, architecture, form, env = {}) {
    const root = await writePrograms(runner, architecture);
    const probe = command(root, form);
    // Nix sets the personality of a 32-bit machine for these, and a processor without 32-bit mode refuses it.
    const setarch = architecture.systems.some(wantsPersonality32) ? runner.commands.find('setarch') : undefined;
    const inner = setarch === undefined ? probe : { tool: setarch, args: ['linux32', probe.tool, ...probe.args] };
    // The folder holds nothing but our programs: where no handler takes one, execvp hands it to a shell as a script.
    const full = { ...inner, cwd: root, env: { LC_ALL: 'C', ...env } };
    return await runner.commands.run(full, { asRoot, accept: 'any', timeoutSeconds: prove_SECONDS });
}
/** Writes both programs of an architecture into a folder that holds nothing else. */
async function writePrograms(runner, architecture) {
    const root = (0,external_node_path_.join)(runner.facts.folder, 'emulation', 'probe', architecture.name);
    await runner.files.makeDirectory(root);
    for (const form of ['plain', 'pie']) {
        await runner.files.write((0,external_node_path_.join)(root, form), probeProgram(architecture, form), { mode: 0o755 });
    }
    return root;
}

;// CONCATENATED MODULE: ./build/js/emulation/settings.js
/**
 * Features that nixpkgs demands of a builder (`requiredSystemFeatures`) because the platform's `gcc.arch` is not the
 * default one. Source: `lib.systems.elaborate`, evaluated 2026-06.
 */
const GCC_ARCHITECTURES = {
    'armv7l-linux': 'armv7-a',
    'armv6l-linux': 'armv6kz',
    'armv5tel-linux': 'armv5te',
    'loongarch64-linux': 'la64v1.0',
    'mipsel-linux': 'mips32r2',
};
/** The features `gccarch-…` that nixpkgs' derivations for a system demand of the machine that builds them. */
function systemFeatures(system) {
    const architecture = GCC_ARCHITECTURES[system];
    return architecture === undefined ? [] : [`gccarch-${architecture}`];
}
/**
 * Settings with which Nix builds for these systems on this machine. They add to what is configured: the setting
 * `extra-platforms` has i686-linux by default on x86_64, and a line `extra-platforms = …` would replace it (seen with
 * 2.8.0, 2.26.3 and 2.34.8), so it is the setting's own `extra-` form; `system-features` has kvm and others.
 * @param systems foreign systems that this machine executes, by itself or emulated
 */
function nixSettings(systems) {
    const platforms = [...new Set(systems)];
    const features = [...new Set(platforms.flatMap(systemFeatures))];
    return {
        ...(platforms.length === 0 ? {} : { 'extra-extra-platforms': platforms.join(' ') }),
        ...(features.length === 0 ? {} : { 'extra-system-features': features.join(' ') }),
    };
}

;// CONCATENATED MODULE: ./build/js/emulation/survey.js






/**
 * What this machine executes as it is, found out by running a program of each system; changes nothing outside the run's
 * own folder.
 * @param systems the systems of the targets
 */
async function surveyEmulation(runner, systems) {
    const machine = (0,nix_system/* systemOf */.b)(process.arch, process.platform);
    if (machine === undefined || !machine.endsWith('-linux')) {
        return { machine, obstacle: NOT_LINUX, systems: systems.map((system) => ownOrNot(machine, system)) };
    }
    const prover = systems.some((system) => system !== machine) ? await openProver(runner, machine) : undefined;
    const facts = [];
    for (const system of systems) {
        const architecture = architectureOf(system);
        if (prover === undefined || architecture === undefined || system === machine)
            facts.push(ownOrNot(machine, system));
        else
            facts.push(factsOf(machine, system, await prover.execute(architecture)));
    }
    const obstacle = prover?.obstacle ?? obstacleOf(readTable().state, runner.facts.privilege, await canLoadModule(runner));
    return { machine, systems: facts, obstacle };
}

;// CONCATENATED MODULE: ./build/js/emulation/emulation.js










/**
 * Makes this machine execute the programs of foreign systems: keeps the registered emulators that serve, finds and
 * registers others, and proves each by running a program in an empty root. All of it is undone in post.
 * @param systems those that the machine executes by itself are left out of the result
 * @param nix for the source `nix`; undefined where there is none yet
 * @returns one result a system; `failed` with what failed, why and what to do
 */
async function ensureEmulators(runner, systems, source, nix) {
    const machine = (0,nix_system/* systemOf */.b)(process.arch, process.platform);
    const foreign = [...new Set(systems)].filter((system) => system !== machine);
    if (machine === undefined || !machine.endsWith('-linux')) {
        return foreign.map((system) => failed(system, NOT_LINUX));
    }
    const architectures = new Set(foreign.flatMap((system) => architectureOf(system) ?? []));
    if (architectures.size === 0)
        return foreign.map((system) => failed(system, UNKNOWN));
    const work = { runner, machine, prover: await openProver(runner, machine), tag: tagOf(runner) };
    const executions = new Map();
    for (const architecture of architectures)
        executions.set(architecture, await work.prover.execute(architecture));
    const outcomes = await settle(work, executions, source, nix);
    return foreign.flatMap((system) => {
        const architecture = architectureOf(system);
        if (architecture === undefined)
            return [failed(system, UNKNOWN)];
        const outcome = outcomes.get(architecture);
        return outcome === undefined ? [] : [emulatorOf(system, outcome)];
    });
}
const failed = (system, why) => ({ system, status: 'failed', reason: failure(system, why) });
const emulatorOf = (system, outcome) => outcome.status === 'failed'
    ? failed(system, outcome.reason)
    : { system, interpreter: undefined, version: undefined, ...outcome };
/** Runner agents of one machine share the kernel's table; the steps of one agent's jobs follow each other. */
function tagOf({ facts }) {
    const agent = [facts.env.RUNNER_NAME ?? '', facts.env.RUNNER_TEMP ?? facts.folder].join('\n');
    return (0,external_node_crypto_.createHash)('sha256').update(agent).digest('hex').slice(0, 8);
}
/** Decides for each architecture that is not native, and does what was decided. */
async function settle(work, executions, source, nix) {
    const foreign = [...executions].filter(([, execution]) => execution.kind !== 'native');
    const enough = foreign.every(([, execution]) => execution.kind === 'emulated');
    const { table, obstacle, mounted } = await openTable(work, enough);
    // A table mounted in a user namespace is a new one: what the machine's own served until now is not in it.
    const wanted = mounted ? await executeAll(work.prover, foreign) : foreign;
    const outcomes = new Map();
    const toRegister = new Map();
    for (const [architecture, execution] of wanted) {
        const decision = decideFor(work, architecture, execution, table);
        if (decision.action === 'keep')
            outcomes.set(architecture, await keep(work.runner, decision, execution));
        else if (obstacle === undefined)
            toRegister.set(architecture, decision);
        else
            outcomes.set(architecture, { status: 'failed', reason: obstacle });
    }
    if (toRegister.size === 0)
        return outcomes;
    const found = await findEmulators({ ...work, nix }, source, [...toRegister.keys()]);
    for (const [architecture, decision] of toRegister) {
        outcomes.set(architecture, await add(work, architecture, decision, found.get(architecture.name)));
    }
    return outcomes;
}
const executeAll = async (prover, before) => await Promise.all(before.map(async ([each]) => [each, await prover.execute(each)]));
function decideFor({ tag, prover }, architecture, execution, table) {
    const faults = new Map();
    for (const entry of table.entries) {
        const fault = entryFault(entry, (0,external_node_fs_.existsSync)(entry.interpreter));
        if (fault !== undefined)
            faults.set(entry.name, fault);
    }
    const serves = execution.kind === 'emulated';
    return registrations_decide({ architecture, entries: table.entries, serves, isolated: prover.isolated, faults, tag });
}
/**
 * Reads the table and mounts it where it is not and something has to be registered.
 * @param enough every emulator that is wanted serves already
 */
async function openTable({ runner, prover }, enough) {
    const table = readTable();
    const obstacle = prover.obstacle ?? obstacleOf(table.state, runner.facts.privilege, await canLoadModule(runner));
    if (enough || obstacle !== undefined || table.state === 'mounted') {
        return { table, obstacle, mounted: false };
    }
    try {
        await mountTable(runner);
    }
    catch (error) {
        return { table, obstacle: mountRefusal(said(error)), mounted: false };
    }
    runner.log.info('mounted binfmt_misc; post unmounts it');
    const own = readTable();
    return { table: own, obstacle: obstacleOf(own.state, runner.facts.privilege, true), mounted: true };
}
async function keep(runner, decision, execution) {
    const { entry, adopt, reason } = decision;
    // An entry of ours that an earlier step or a killed job left is taken out with this run.
    if (adopt && entry !== undefined) {
        await runner.journal.record({ kind: 'unregister', entry: entry.name, interpreter: entry.interpreter, shared: true });
    }
    const version = execution.kind === 'emulated' ? execution.version : undefined;
    return { status: 'kept', reason, ...(entry && { interpreter: entry.interpreter }), ...(version && { version }) };
}



// EXTERNAL MODULE: ./build/js/install/install.js + 22 modules
var install = __webpack_require__(8054);
;// CONCATENATED MODULE: ./build/js/emulators.js


/** @param source where emulators come from */
function openEmulators(runner, installed, source) {
    let current = installed;
    const emulators = new Map();
    return {
        async register(systems) {
            const wanted = systems.filter((system) => !emulators.has(system));
            for (const emulator of await ensureEmulators(runner, wanted, source, installed.nix)) {
                const { system, status, reason } = emulator;
                runner.log.info(`${system}: ${status}: ${reason}`);
                emulators.set(system, emulator);
            }
        },
        async allow(systems) {
            if (systems.length > 0)
                current = await (0,install/* applySettings */.iN)(runner, current, nixSettings(systems));
        },
        get: (system) => emulators.get(system),
        problems: () => new Map([...emulators.values()].flatMap(({ system, status, reason }) => status === 'failed' ? [[system, reason]] : [])),
        all: () => [...emulators.values()],
    };
}
const isRegistered = (emulator) => emulator !== undefined && emulator.status !== 'failed';

;// CONCATENATED MODULE: ./build/js/build/types.js
/** The realised output paths of a result, empty where it failed. */
function realisedPaths(result) {
    const done = result.status === 'built' || result.status === 'substituted' || result.status === 'cached';
    return done && result.plan.choice !== undefined ? Object.values(result.plan.choice.evaluated.outputs) : [];
}

// EXTERNAL MODULE: ./build/js/nix/store-url.js
var store_url = __webpack_require__(2071);
;// CONCATENATED MODULE: ./build/js/push/before/event.js
const FROM_OUTSIDE = ['pull_request', 'pull_request_target', 'workflow_run', 'pull_request_review'];
/**
 * Whether a run may push. Code that strangers propose is built but not signed and published: their workflows get no
 * secrets (pull_request from a fork, Dependabot), or get them though they should not use them (pull_request_target,
 * workflow_run after a fork's run, issue_comment): GitHub security guide "Keeping your workflows secure".
 */
function decidePush(event) {
    const no = (why) => ({ push: false, reason: `Nothing is pushed: ${why}.` });
    if (event.actor === 'dependabot[bot]' && event.name.startsWith('pull_request'))
        return no('this is a pull request by Dependabot, which gets no secrets');
    if (event.name === 'issue_comment')
        return no('the workflow was started by a comment (issue_comment), which anyone can write');
    if (!FROM_OUTSIDE.includes(event.name))
        return { push: true };
    if (event.headRepository === event.repository)
        return { push: true };
    const from = event.headRepository ?? 'a repository that is gone';
    return no(`the code comes from ${from}, not from ${event.repository} (${event.name})`);
}
/** The facts from the environment and the parsed JSON of GITHUB_EVENT_PATH. */
function eventFacts(env, payload) {
    const head = event_text(payload, 'pull_request', 'head', 'repo', 'full_name') ??
        event_text(payload, 'workflow_run', 'head_repository', 'full_name');
    return {
        name: env.GITHUB_EVENT_NAME ?? '',
        actor: env.GITHUB_ACTOR ?? '',
        repository: env.GITHUB_REPOSITORY ?? '',
        headRepository: head,
    };
}
function event_text(value, ...names) {
    let here = value;
    for (const name of names) {
        if (typeof here !== 'object' || here === null)
            return undefined;
        here = here[name];
    }
    return typeof here === 'string' ? here : undefined;
}

;// CONCATENATED MODULE: ./build/js/push/copy/copy-plan.js

/** Parameters of a store URL that concern what Nix makes of a path, not where it goes. */
const MAKING = ['compression', 'compression-level', 'parallel-compression', 'write-nar-listing', 'index-debug-info'];
/** NARs from here on are compressed by several threads; for small ones the threads cost more than they give. */
const PARALLEL_BYTES = 32 * 1024 * 1024;
/** What Nix's own compression and libarchive know (src/libutil/compression.cc). */
const METHODS = [
    ...['none', 'zstd', 'xz', 'bzip2', 'gzip', 'br', 'lzip', 'lz4', 'lzma', 'lzop', 'lrzip', 'grzip', 'compress'],
];
const BOOLEANS = /^(true|yes|1|false|no|0)$/;
/** What is wrong with a store URL's parameters, which Nix would say only after the build; undefined where nothing is. */
function wrongParameters(url) {
    const given = (name) => (0,store_url/* urlParameter */.$r)(url, name);
    const { compression, level } = { compression: given('compression'), level: given('compression-level') };
    if (compression && !METHODS.includes(compression))
        return `compression=${compression} in its URL is not known; allowed are ${METHODS.join(', ')}`;
    if (level !== undefined && !/^-?\d+$/.test(level))
        return `compression-level=${level} in its URL is not a number`;
    for (const name of ['parallel-compression', 'write-nar-listing', 'index-debug-info']) {
        const value = given(name);
        if (value !== undefined && !BOOLEANS.test(value))
            return `${name}=${value} in its URL is neither true nor false`;
    }
    const isKeyed = ['secret-key', 'secret-keys'].some((name) => given(name) !== undefined);
    return isKeyed ? 'the secret-key of its URL is not used; give the key itself as signing-key' : undefined;
}
/**
 * Query for the gateway's URL: how NARs for this destination are made. Equal texts can share one `nix copy`.
 * @param largest bytes of the largest NAR of the closure
 */
function makingParameters(url, compression, largest) {
    const given = MAKING.flatMap((name) => {
        const value = (0,store_url/* urlParameter */.$r)(url, name) ?? (name === 'compression' ? compression : undefined);
        return value === undefined ? [] : [[name, value]];
    });
    const query = new URLSearchParams(given);
    const isParallel = largest >= PARALLEL_BYTES && ['zstd', 'xz'].includes(query.get('compression') ?? '');
    if (isParallel && !query.has('parallel-compression'))
        query.set('parallel-compression', 'true');
    return query.toString();
}
/** Arguments of `nix` for a copy into the gateway. The password is in the netrc file: argv is for everybody to see. */
function gatewayCopyArguments(store, netrcFile, roots) {
    return [
        ...['copy', '--to', store, '--option', 'netrc-file', netrcFile],
        // where the gateway has no room it lets Nix wait; its own limits end a push that makes no progress
        ...['--option', 'connect-timeout', '15', '--option', 'stalled-download-timeout', '0'],
        ...['--', ...roots],
    ];
}
/** Arguments of `nix` for a copy to a store behind SSH. @param substitute let it fetch from its own substituters */
function sshCopyArguments(store, roots, substitute) {
    return [
        // the other side decides whether this user may bring unsigned paths; their content was verified here
        ...['copy', '--to', store, '--no-check-sigs'],
        ...(substitute ? ['--substitute-on-destination'] : []),
        ...['--', ...roots],
    ];
}
const KIB = 1024;
/** Bytes of NAR that Nix gets through in a second on the slowest machine that we think of. */
const SLOWEST = { none: 4096 * KIB, zstd: 2048 * KIB, ssh: 512 * KIB };
/**
 * Seconds of silence after which a copy is called hung. Nix prints one line a path, so the largest must get through.
 * @param largest bytes of NAR @param way compression, or `ssh`
 */
const silenceLimit = (largest, way) => Math.max(way === 'ssh' ? 120 : 600, Math.ceil(largest / (SLOWEST[way] ?? 384 * KIB)));
const FATAL = [
    [/HTTP error 401|401 Unauthorized/i, 'it wants credentials, or those given are wrong'],
    [/HTTP error 403|403 Forbidden|AccessDenied/i, 'it was refused'],
    [/don't know how to open Nix store/i, 'this Nix was built without support for such stores'],
    [
        /REMOTE HOST IDENTIFICATION HAS CHANGED/i,
        'the host key of the SSH server is not the one in known_hosts: it has a new one, or it is another server',
    ],
    [
        /Host key verification failed/i,
        'the host key of the SSH server is not known here: it belongs into known_hosts (ssh-keyscan shows it)',
    ],
    [/^Load key .*bad permissions/im, 'SSH uses no private key that others may read (chmod 600)'],
    [
        /Permission denied \(|Too many authentication failures/i,
        'the SSH server refused the login; a key with a passphrase is used only from an agent',
    ],
    [/Bad configuration option/i, 'SSH does not take its configuration'],
    [
        /^\S*sh: .*nix[\w-]*: .*not found|^\S*sh: .*nix[\w-]*: No such file/im,
        'the other side has no Nix where SSH looks for programs (?remote-program=… in the URL names it)',
    ],
    [/Could not resolve hostname/i, 'its host name cannot be resolved'],
    [/lacks a (?:valid )?signature/i, 'its store refuses paths without a signature that it trusts'],
    [/No space left on device|disk is full/i, 'a disk is full'],
    [/is not valid/i, 'a path is not valid'],
];
/** Why another try is of no use, from what `nix` printed; undefined where it may be. */
const fatalReason = (stderr) => FATAL.find(([pattern]) => pattern.test(stderr))?.[1];
/** The last lines of what `nix` printed, without logins: what people get to see. */
function copy_plan_lastWords(stderr) {
    const lines = stderr.split('\n').map((line) => (0,store_url/* withoutLogin */.Gq)(line).trim());
    const told = lines.filter((line) => line !== '');
    // what SSH or the shell of the other side said before
    const errors = told.filter((line, at) => /^(error|ssh:)/.test(line) || LOST.test(told[at + 1] ?? ''));
    return (errors.length > 0 ? errors : told).slice(-3).join(' ');
}
/** Nix's word on an SSH that has ended: the reason is in the line before it. */
const LOST = /^error: (failed to start SSH connection|cannot connect to|cannot open connection to remote store)/;

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
;// CONCATENATED MODULE: ./build/js/push/destination/objects.js
/** Waits until it is known how many bytes a file has. @throws SourceError */
const wholeSize = (file) => file.until(Number.POSITIVE_INFINITY);
/** Bytes of what is to be written; undefined where that is not known yet. */
const sizeOf = (content) => content.kind === 'bytes' ? content.bytes.length : content.file.size;
/** Why a destination did not do what it was asked for. */
class DestinationError extends Error {
    name = 'DestinationError';
    /** HTTP status, where there was an answer. */
    status;
    /** Another try may succeed. */
    passing;
    /** Seconds that the destination asked to wait. */
    retryAfter;
    constructor(message, facts) {
        super(message);
        this.status = facts.status;
        this.passing = facts.passing;
        this.retryAfter = facts.retryAfter;
    }
}
/** What was to be sent cannot be read (any more): no fault of the destination. */
class SourceError extends Error {
    name = 'SourceError';
}
const bytesOf = (text) => ({ kind: 'bytes', bytes: Buffer.from(text) });
/** Appends chunks to a file. Gives how many bytes. @throws Error where the disk is full */
async function writeAll(file, chunks) {
    const wanted = chunks.reduce((sum, { length }) => sum + length, 0);
    const { bytesWritten } = await file.writev([...chunks]);
    // a disk that is nearly full takes less than it is given, and then says so
    if (bytesWritten < wanted)
        await file.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
    return wanted;
}

;// CONCATENATED MODULE: ./build/js/push/destination/transport.js



/** Seconds without a byte in either direction. */
const STALL_SECONDS = 60;
const CONNECT_SECONDS = 15;
const MOST_REDIRECTS = 5;
/** From here on the server is asked before the body is sent, so that a refusal costs no upload. */
const ASK_FIRST_BYTES = 1024 * 1024;
const CONTINUE_SECONDS = 1;
function openTransport(connections, facts = {}) {
    const agents = openAgents(facts, {
        keepAlive: true,
        maxSockets: connections,
        maxFreeSockets: connections,
        scheduling: 'fifo',
    });
    return {
        send: (sending) => followed((one) => exchange(one, agents.for(one.url)), sending),
        close: () => agents.close(),
    };
}
/** Agents for both schemes. */
function openAgents(facts, options) {
    const { proxyEnv } = facts;
    const plain = new external_node_http_.Agent({ ...options, ...(proxyEnv === undefined ? {} : { proxyEnv }) });
    const secure = new external_node_https_.Agent({ ...options, ...facts });
    return {
        for: ({ protocol }) => (protocol === 'https:' ? secure : plain),
        close: () => {
            plain.destroy();
            secure.destroy();
        },
    };
}
async function followed(once, first) {
    let sending = first;
    for (let redirects = 0;; redirects += 1) {
        const answer = await once(sending);
        const location = answer.headers.location;
        const moves = [301, 302, 303, 307, 308].includes(answer.status) && location !== undefined;
        if (!moves || (sending.method !== 'GET' && sending.method !== 'HEAD' && answer.status < 307))
            return answer;
        answer.body.resume();
        const url = new URL(location, sending.url);
        if (redirects === MOST_REDIRECTS || (sending.url.protocol === 'https:' && url.protocol !== 'https:'))
            throw new DestinationError(`${sending.url.origin} redirects in a circle or to plain http`, { passing: false });
        // credentials are for the host that they were given for
        const { authorization, ...open } = sending.headers;
        const headers = url.origin === sending.url.origin && authorization ? { ...open, authorization } : open;
        sending = { ...sending, url, headers };
    }
}
function exchange(sending, agent) {
    const { url, method, content } = sending;
    const length = contentLength(sending);
    const headers = { 'user-agent': 'nix-multiarch', ...sending.headers };
    // without a length it goes in chunks of its own (RFC 9112 7.1)
    if (content !== undefined && length !== undefined)
        headers['content-length'] = length;
    if (length === undefined || length >= ASK_FIRST_BYTES)
        headers.expect = '100-continue';
    return new Promise((resolve, reject) => {
        const request = (url.protocol === 'https:' ? external_node_https_ : external_node_http_).request(url, { method, headers, agent });
        let answered = false;
        const broken = (cause) => {
            clearTimeout(connecting);
            reject(cause instanceof DestinationError || cause instanceof SourceError ? cause : connectionError(url, cause));
        };
        const stop = (text) => request.destroy(new DestinationError(`${url.origin} ${text}`, { passing: true }));
        const connecting = setTimeout(() => stop(`does not answer for ${CONNECT_SECONDS} s`), CONNECT_SECONDS * 1000);
        request.on('socket', (socket) => {
            if (!socket.connecting)
                clearTimeout(connecting);
            else
                socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
        });
        request.setTimeout(STALL_SECONDS * 1000, () => stop(`made no progress for ${STALL_SECONDS} s`));
        request.on('error', broken);
        request.on('response', (body) => {
            answered = true;
            clearTimeout(connecting);
            // an answer before the end of the upload: the rest of the body is of no use, and neither is the connection
            if (!request.writableEnded)
                body.once('end', () => request.destroy());
            resolve({ status: body.statusCode ?? 0, headers: body.headers, body });
        });
        if (content === undefined)
            request.end();
        else
            permission(request, headers)
                .then(() => sendBody(request, sending, () => answered))
                .catch((cause) => request.destroy(cause));
    });
}
/** Waits for `100 Continue`, an answer, or a while: not every server knows it (RFC 9110 10.1.1). */
function permission(request, headers) {
    if (headers.expect === undefined)
        return Promise.resolve();
    request.flushHeaders();
    return new Promise((resolve) => {
        const done = () => {
            clearTimeout(timer);
            resolve();
        };
        let timer = setTimeout(done, (CONNECT_SECONDS + CONTINUE_SECONDS) * 1000);
        request.once('socket', () => {
            clearTimeout(timer);
            timer = setTimeout(done, CONTINUE_SECONDS * 1000);
        });
        for (const event of ['continue', 'response', 'close'])
            request.once(event, done);
    });
}
async function sendBody(request, sending, answered) {
    const { content } = sending;
    if (content?.kind === 'bytes') {
        request.end(content.bytes);
        return;
    }
    if (content === undefined)
        return;
    const [start, end] = sending.range ?? [0, Number.POSITIVE_INFINITY];
    for await (const chunks of content.file.chunks(start, end)) {
        if (answered() || request.destroyed)
            return;
        await written(request, chunks);
    }
    request.end();
}
/** Resolves once the chunks are on their way, or nobody wants them any more: their memory may then be used again. */
const written = (request, chunks) => new Promise((resolve) => {
    const done = () => {
        request.off('close', done);
        resolve();
    };
    request.once('close', done);
    // in one call to the system
    request.cork();
    for (const [n, chunk] of chunks.entries())
        request.write(chunk, n === chunks.length - 1 ? done : undefined);
    request.uncork();
});
function contentLength({ content, range }) {
    if (range !== undefined)
        return range[1] - range[0];
    if (content === undefined)
        return 0;
    return sizeOf(content);
}
/** Nobody whom this machine knows vouches for the certificate. */
const STRANGE = /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)/;
function connectionError(url, cause) {
    const code = cause.code ?? '';
    const isStrange = STRANGE.test(code);
    const isPlain = /wrong version number|packet length too long/i.test(cause.message);
    const passing = !isStrange && !isPlain && !/ENOTFOUND|CERT|TLS|SSL|ALTNAME/.test(code);
    const hint = isStrange ? '; an authority of its own belongs into the file that NIX_SSL_CERT_FILE names' : '';
    const reason = isPlain ? 'it does not speak TLS; is it http, or scheme=http for S3?' : cause.message || code;
    return new DestinationError(`${url.origin} cannot be reached: ${reason}${hint}`, { passing });
}

;// CONCATENATED MODULE: ./build/js/push/destination/body-limit.js



const MIB = 1024 * 1024;
/** Sizes that are asked for, the largest first; nginx's own default is 1 MiB. */
const ASKED = [2048 * MIB, 100 * MIB, 10 * MIB, MIB];
const body_limit_SECONDS = 3;
/**
 * The largest of some sizes that a server would take, without sending a byte of it: an upload is announced
 * (`Expect: 100-continue`, RFC 9110 10.1.1) and not begun. Gives undefined where the server sets no limit or does not
 * say, 0 where it takes not even the smallest.
 */
async function bodyLimit(target, name, tls) {
    for (const [n, size] of ASKED.entries()) {
        const status = await announce(target, name, size, tls);
        if (status !== 413)
            return n === 0 ? undefined : size;
    }
    return 0;
}
function announce(target, name, size, tls) {
    const url = new URL(`${target.base.href.replace(/\/$/, '')}/${name}`);
    const login = target.authorization === undefined ? {} : { authorization: target.authorization };
    const headers = { ...login, 'content-length': size, expect: '100-continue', 'user-agent': 'nix-multiarch' };
    const agents = openAgents(tls, { keepAlive: false });
    return new Promise((resolve) => {
        const request = (url.protocol === 'https:' ? external_node_https_ : external_node_http_).request(url, {
            method: 'PUT',
            headers,
            agent: agents.for(url),
        });
        const finish = (status) => {
            clearTimeout(timer);
            request.destroy();
            agents.close();
            resolve(status);
        };
        const timer = setTimeout(finish, body_limit_SECONDS * 1000);
        request.on('continue', () => finish(100));
        request.on('response', ({ statusCode }) => finish(statusCode));
        request.on('error', () => finish());
        request.flushHeaders();
    });
}
/** The warning for a limit, in a sentence. @param limit bytes */
const limitWarning = (shown, limit) => `${shown} takes no upload ${limit === 0 ? 'of 1 MiB' : `much larger than ${limit / MIB} MiB`}; compressed NARs above its limit will fail (nginx: client_max_body_size)`;

;// CONCATENATED MODULE: ./build/js/push/destination/file.js






const CONNECTIONS = 8;
/** Folder of a `file://` store URL. */
const folderOf = (url) => (0,external_node_path_.resolve)((0,store_url/* decoded */.DH)(url.replace(/^file:\/\//i, '').replace(/[?#].*$/s, '')));
/** Objects in a folder. Each is written beside its place and renamed, so that none is ever half there. */
function fileObjects(folder) {
    const made = new Set();
    const place = (name) => (0,external_node_path_.join)(folder, name);
    return {
        shown: `file://${folder}`,
        connections: CONNECTIONS,
        lookups: CONNECTIONS,
        read: (name) => absentAsUndefined((0,external_node_fs_promises_.readFile)(place(name)), name),
        size: async (name) => (await absentAsUndefined((0,external_node_fs_promises_.stat)(place(name)), name))?.size,
        stream: async (name) => (0,external_node_fs_.createReadStream)(place(name)),
        write: async (name, content) => {
            const path = place(name);
            // a dot file: other pushers' listings and `nix-store --gc`-like tools of caches pass over it
            const temporary = (0,external_node_path_.join)((0,external_node_path_.dirname)(path), `.${(0,external_node_crypto_.randomBytes)(8).toString('hex')}.tmp`);
            try {
                if (!made.has((0,external_node_path_.dirname)(path)))
                    await makeFolders((0,external_node_path_.dirname)(path));
                made.add((0,external_node_path_.dirname)(path));
                await writeDurably(temporary, content);
                await (0,external_node_fs_promises_.rename)(temporary, path);
            }
            catch (cause) {
                await (0,external_node_fs_promises_.rm)(temporary, { force: true });
                throw fileError(`writing ${path}`, cause);
            }
        },
        remove: async (name) => {
            await (0,external_node_fs_promises_.rm)(place(name), { force: true });
            return true;
        },
        close: () => undefined,
    };
}
async function writeDurably(path, content) {
    const file = await (0,external_node_fs_promises_.open)(path, 'wx', 0o644);
    try {
        if (content.kind === 'bytes')
            await file.writeFile(content.bytes);
        else
            for await (const chunks of content.file.chunks(0, Number.POSITIVE_INFINITY))
                await writeAll(file, chunks);
    }
    finally {
        await file.close();
    }
}
async function absentAsUndefined(reading, name) {
    try {
        return await reading;
    }
    catch (cause) {
        if (['ENOENT', 'ENOTDIR'].includes(file_codeOf(cause)))
            return undefined;
        throw fileError(`reading ${name}`, cause);
    }
}
const MEANINGS = {
    ENOENT: 'it cannot be made there',
    EEXIST: 'a file is in its place',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EACCES: 'this user may not do that there',
    EPERM: 'this user may not do that there',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of the path is not a folder',
};
const file_codeOf = (cause) => cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
function fileError(doing, cause) {
    if (cause instanceof DestinationError || cause instanceof SourceError)
        return cause;
    const meaning = MEANINGS[file_codeOf(cause)] ?? (cause instanceof Error ? cause.message : String(cause));
    return new DestinationError(`${doing}: ${meaning}`, { passing: false });
}
/** Folders down to this one; gives the first that was not there. Node's own loops for ever below /proc (mkdir, recursive). */
async function makeFolders(folder) {
    try {
        await (0,external_node_fs_promises_.mkdir)(folder);
        return folder;
    }
    catch (cause) {
        if (file_codeOf(cause) === 'EEXIST' && (await (0,external_node_fs_promises_.stat)(folder)).isDirectory())
            return undefined;
        if (file_codeOf(cause) !== 'ENOENT' || (0,external_node_path_.dirname)(folder) === folder)
            throw cause;
    }
    const first = await makeFolders((0,external_node_path_.dirname)(folder));
    const here = await (0,external_node_fs_promises_.mkdir)(folder).then(() => folder, (cause) => (file_codeOf(cause) === 'EEXIST' ? undefined : Promise.reject(cause)));
    return first ?? here;
}
/** Makes the folder, writes a file, and takes both away again. @throws DestinationError where that cannot be done */
async function probeFolder(folder, name) {
    try {
        const first = await makeFolders(folder);
        await (0,external_node_fs_promises_.writeFile)((0,external_node_path_.join)(folder, name), '');
        await (0,external_node_fs_promises_.rm)((0,external_node_path_.join)(folder, name));
        // folders that were not there before are left for the push to make
        for (let made = folder; first !== undefined && made.length >= first.length; made = (0,external_node_path_.dirname)(made))
            await (0,external_node_fs_promises_.rmdir)(made).catch(() => undefined); // somebody else uses it already
    }
    catch (cause) {
        throw fileError(`writing into ${folder}`, cause);
    }
}

;// CONCATENATED MODULE: ./build/js/push/retry.js
const PATIENCE = { tries: 6, baseSeconds: 0.5, capSeconds: 20, budgetSeconds: 180 };
/** For a look before the build, which takes seconds. */
const BRIEF_PATIENCE = { tries: 3, baseSeconds: 0.5, capSeconds: 2, budgetSeconds: 20 };
/** Longest wait that a destination may ask for by Retry-After. */
const LONGEST_RETRY_AFTER = 120;
/**
 * Seconds before try `attempt + 1`: what the destination asked for, plus jitter; else full jitter over an exponential
 * window, with a floor so that a destination that is restarting gets time. @param attempt failed tries so far, from 1
 * @param random in [0, 1)
 */
function waitBefore(attempt, random, patience, retryAfter) {
    if (retryAfter !== undefined)
        return Math.min(retryAfter, LONGEST_RETRY_AFTER) + random * 0.5;
    const window = Math.min(patience.capSeconds, patience.baseSeconds * 2 ** (attempt - 1));
    return window * (0.25 + 0.75 * random);
}
/** Seconds of a Retry-After header (RFC 9110 10.2.3: seconds or a date). @param now milliseconds */
function retryAfterSeconds(header, now) {
    if (header === undefined)
        return undefined;
    if (/^\d+$/.test(header.trim()))
        return Number(header);
    const date = Date.parse(header);
    return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
/** Statuses that another try may cure: time-outs, rate limits, faults of the server, but not "not implemented" or "full". */
const isPassing = (status) => status === 408 ||
    status === 425 ||
    status === 429 ||
    (status >= 500 && status !== 501 && status !== 505 && status !== 507);
/** What an HTTP status means for somebody who pushes. @param doing `reading nix-cache-info`, … */
function explainStatus(status, doing, hint = '') {
    const meaning = {
        301: 'it redirects uploads',
        302: 'it redirects uploads',
        303: 'it redirects uploads',
        401: 'it wants credentials, or those given are wrong',
        403: 'these credentials may not do that',
        404: 'there is no such place',
        405: 'it does not allow that, so that it is no place that can be pushed to',
        409: 'a folder above it is missing and the server does not make it',
        411: 'the server wants no upload without length',
        413: 'the object is larger than the server takes (nginx: client_max_body_size)',
        429: 'too many requests',
        507: 'its disk is full',
    }[status] ?? (status >= 500 ? 'the server is in trouble' : 'unexpected answer');
    return `${doing}: HTTP ${status}, ${meaning}${hint === '' ? '' : ` (${hint})`}`;
}

// EXTERNAL MODULE: external "node:stream/consumers"
var consumers_ = __webpack_require__(8321);
;// CONCATENATED MODULE: ./build/js/push/destination/tries.js




const SHOWN_BODY = 200;
/** Bounded tries of one destination's requests; what it asks one request to wait for, all of them wait for. */
class Tries {
    #patience;
    #pausedUntil = 0;
    constructor(patience) {
        this.#patience = patience;
    }
    /** @throws the last failure, where it does not pass or patience is at its end */
    async run(once) {
        let failing;
        for (let attempt = 1;; attempt += 1) {
            const pause = this.#pausedUntil - Date.now();
            if (pause > 0)
                await (0,promises_.setTimeout)(pause);
            try {
                return await once();
            }
            catch (thrown) {
                const cause = withoutRest(thrown);
                failing ??= Date.now();
                if (!(cause instanceof DestinationError) || !this.#isWorthAnother(cause, attempt, failing))
                    throw cause;
                await (0,promises_.setTimeout)(this.#waitAfter(cause, attempt));
            }
        }
    }
    #isWorthAnother(cause, attempt, failing) {
        const { tries, budgetSeconds } = this.#patience;
        return cause.passing && attempt < tries && Date.now() - failing < 1000 * budgetSeconds;
    }
    /** Milliseconds. Where the destination asks for a pause, all requests make it. */
    #waitAfter(cause, attempt) {
        const wait = 1000 * waitBefore(attempt, Math.random(), this.#patience, cause.retryAfter);
        if (cause.status === 429 || cause.retryAfter !== undefined)
            this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + wait);
        return wait;
    }
}
/** What reading an answer that began well ends with is an error of its stream, that says nothing of the destination. */
function withoutRest(cause) {
    const isCut = cause instanceof Error &&
        'code' in cause &&
        /^(ECONNRESET|ETIMEDOUT|EPIPE|HPE_\w+|ERR_SSL_\w+)$/.test(String(cause.code));
    if (!isCut || cause instanceof DestinationError)
        return cause;
    return new DestinationError(`the answer breaks off in its middle: ${cause.message}`, { passing: true });
}
/** The error for an answer that is not a success, with the start of what the server said. */
async function statusError(doing, answer) {
    const moved = redirection(answer);
    const said = await firstText(answer);
    return new DestinationError(explainStatus(answer.status, doing, moved ?? said), {
        status: answer.status,
        passing: isPassing(answer.status),
        retryAfter: retryAfterSeconds(answer.headers['retry-after'], Date.now()),
    });
}
/** Where an upload is sent on to in a way that would turn it into a download. */
function redirection({ status, headers }) {
    const isMoved = [301, 302, 303].includes(status) && headers.location !== undefined;
    return isMoved ? `it goes to ${(0,store_url/* withoutLogin */.Gq)(headers.location ?? '')}; push there instead` : undefined;
}
async function firstText({ body, headers }) {
    const html = String(headers['content-type'] ?? '').includes('html');
    let text = '';
    try {
        for await (const chunk of body)
            if (text.length < SHOWN_BODY)
                text += String(chunk);
    }
    catch {
        // the status says enough
    }
    return html ? '' : text.replace(/\s+/g, ' ').trim().slice(0, SHOWN_BODY);
}

;// CONCATENATED MODULE: ./build/js/push/destination/http.js







/** Objects behind plain HTTP: GET, HEAD, PUT, DELETE, as Nix's HTTP binary cache does. */
const http_CONNECTIONS = 64;
/** Small answers cost a server little; a cache of thousands of paths is asked within seconds over a slow line too. */
const LOOKUPS = 240;
/** Asks caches on the way (proxies, CDNs) for what the origin has now. */
const PAST_CACHES = { 'cache-control': 'no-cache', pragma: 'no-cache' };
/** Opens the objects of an `http(s)://` store URL. @throws Error where a certificate file cannot be read */
async function httpObjects(target, patience = PATIENCE) {
    const tls = await connectionFacts(target);
    const transport = openTransport(LOOKUPS, tls);
    const tries = new Tries(patience);
    const login = target.authorization === undefined ? {} : { authorization: target.authorization };
    const sending = (method, name, content) => ({
        method,
        url: new URL(`${target.base.href.replace(/\/$/, '')}/${name.replace(/[?#%]/g, encodeURIComponent)}`),
        headers: { ...login, ...(method === 'GET' || method === 'HEAD' ? PAST_CACHES : {}), ...contentType(method, name) },
        ...(content === undefined ? {} : { content }),
    });
    const attempt = (method, name, read, content) => tries.run(async () => {
        const answer = await transport.send(sending(method, name, content));
        return read(answer.status, answer);
    });
    const size = (name) => attempt('HEAD', name, async (status, answer) => {
        answer.body.resume();
        if (status === 200)
            return Number(answer.headers['content-length'] ?? Number.NaN);
        if (status !== 404 && status !== 410)
            throw await statusError(`asking for ${name}`, answer);
        return undefined;
    });
    const put = (name, content) => attempt('PUT', name, async (status, answer) => {
        if (status < 200 || status > 299)
            throw await statusError(`writing ${name}`, answer);
        await (0,consumers_.buffer)(answer.body);
    }, content);
    return {
        shown: target.shown,
        connections: http_CONNECTIONS,
        lookups: LOOKUPS,
        read: (name) => attempt('GET', name, async (status, answer) => {
            if (status === 200)
                return (0,consumers_.buffer)(answer.body);
            if (status !== 404 && status !== 410)
                throw await statusError(`reading ${name}`, answer);
            answer.body.resume();
            return undefined;
        }),
        size,
        stream: (name) => attempt('GET', name, async (status, answer) => {
            if (status !== 200)
                throw await statusError(`reading ${name}`, answer);
            return answer.body;
        }),
        write: async (name, content) => {
            if (content.kind === 'bytes' || content.file.size !== undefined)
                return await put(name, content);
            if (await isTaken(content.file, put(name, content), () => size(name)))
                return;
            await wholeSize(content.file);
            await put(name, content);
        },
        limit: (name) => bodyLimit(target, name, tls),
        remove: (name) => attempt('DELETE', name, async (status, answer) => {
            await (0,consumers_.buffer)(answer.body);
            return status < 300 || status === 404;
        }),
        close: () => transport.close(),
    };
}
/** Not every server takes a body without a length: some refuse it, some keep nothing of it and do not say so. */
async function isTaken(file, sending, there) {
    try {
        await sending;
    }
    catch (cause) {
        if (cause instanceof DestinationError && cause.status !== undefined)
            return false;
        throw cause;
    }
    const size = await there();
    return size !== undefined && (Number.isNaN(size) || size === (await wholeSize(file)));
}
function contentType(method, name) {
    if (method !== 'PUT')
        return {};
    if (name.endsWith('.narinfo'))
        return { 'content-type': 'text/x-nix-narinfo' };
    if (name === 'nix-cache-info')
        return { 'content-type': 'text/x-nix-cache-info' };
    return { 'content-type': name.endsWith('.ls') ? 'application/json' : 'application/x-nix-nar' };
}
/** How a target is spoken to, its certificates read. @throws Error where a file cannot be read */
async function connectionFacts(target) {
    const text = async (path) => (path === undefined ? undefined : await (0,external_node_fs_promises_.readFile)(path, 'utf8'));
    const [cert, key, ca] = await Promise.all([target.certificate, target.privateKey, target.authorities].map(text));
    const { proxyEnv } = target;
    return {
        ...(cert ? { cert } : {}),
        ...(key ? { key } : {}),
        ...(ca ? { ca } : {}),
        ...(proxyEnv === undefined ? {} : { proxyEnv }),
    };
}

;// CONCATENATED MODULE: ./build/js/push/destination/http-target.js

/**
 * Target of an `http(s)://` store URL. A user in the URL comes before netrc; the user name `bearer` makes its password
 * a bearer token. `tls-certificate` and `tls-private-key` are Nix's own parameters (2.34, http-binary-cache-store.hh).
 */
function httpTarget(url, facts) {
    const parsed = new URL(url);
    const netrc = facts.netrc.map((text) => netrcLogin(text, parsed.hostname)).find((login) => login !== undefined);
    const login = parsed.username !== '' || parsed.password !== ''
        ? { user: (0,store_url/* decoded */.DH)(parsed.username), password: (0,store_url/* decoded */.DH)(parsed.password) }
        : netrc;
    const base = new URL(parsed.origin);
    base.pathname = parsed.pathname.replace(/\/+$/, '');
    return {
        base,
        shown: (0,store_url/* withoutLogin */.Gq)(url),
        authorization: login === undefined ? undefined : authorizationOf(login),
        certificate: (0,store_url/* urlParameter */.$r)(url, 'tls-certificate'),
        privateKey: (0,store_url/* urlParameter */.$r)(url, 'tls-private-key'),
        authorities: facts.authorities,
        ...(facts.proxyEnv === undefined ? {} : { proxyEnv: facts.proxyEnv }),
    };
}
function authorizationOf({ user, password }) {
    if (user.toLowerCase() === 'bearer')
        return `Bearer ${password}`;
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
/** Login for a host in the text of a netrc file, by curl's reading: the first `machine` that fits, or `default`. */
function netrcLogin(text, host) {
    const words = text.replace(/^\s*#.*$/gm, '').match(/"(?:\\.|[^"\\])*"|\S+/g) ?? [];
    const starts = words.flatMap((word, at) => (word === 'machine' || word === 'default' ? [at] : []));
    for (const [n, start] of starts.entries()) {
        const entry = words.slice(start, starts[n + 1]);
        const fits = entry[0] === 'default' || entry[1] === host;
        const password = after(entry, 'password');
        if (fits && password !== undefined)
            return { user: after(entry, 'login') ?? '', password };
    }
    return undefined;
}
function after(words, name) {
    const at = words.indexOf(name, 1);
    return at < 0 || words[at + 1] === undefined ? undefined : http_target_bare(words[at + 1]);
}
const http_target_bare = (word = '') => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word);

;// CONCATENATED MODULE: ./node_modules/aws4fetch/dist/aws4fetch.esm.mjs
/**
 * @license MIT <https://opensource.org/licenses/MIT>
 * @copyright Michael Hart 2024
 */
const encoder = new TextEncoder();
const HOST_SERVICES = {
  appstream2: 'appstream',
  cloudhsmv2: 'cloudhsm',
  email: 'ses',
  marketplace: 'aws-marketplace',
  mobile: 'AWSMobileHubService',
  pinpoint: 'mobiletargeting',
  queue: 'sqs',
  'git-codecommit': 'codecommit',
  'mturk-requester-sandbox': 'mturk-requester',
  'personalize-runtime': 'personalize',
};
const UNSIGNABLE_HEADERS = new Set([
  'authorization',
  'content-type',
  'content-length',
  'user-agent',
  'presigned-expires',
  'expect',
  'x-amzn-trace-id',
  'range',
  'connection',
]);
class AwsClient {
  constructor({ accessKeyId, secretAccessKey, sessionToken, service, region, cache, retries, initRetryMs }) {
    if (accessKeyId == null) throw new TypeError('accessKeyId is a required option')
    if (secretAccessKey == null) throw new TypeError('secretAccessKey is a required option')
    this.accessKeyId = accessKeyId;
    this.secretAccessKey = secretAccessKey;
    this.sessionToken = sessionToken;
    this.service = service;
    this.region = region;
    this.cache = cache || new Map();
    this.retries = retries != null ? retries : 10;
    this.initRetryMs = initRetryMs || 50;
  }
  async sign(input, init) {
    if (input instanceof Request) {
      const { method, url, headers, body } = input;
      init = Object.assign({ method, url, headers }, init);
      if (init.body == null && headers.has('Content-Type')) {
        init.body = body != null && headers.has('X-Amz-Content-Sha256') ? body : await input.clone().arrayBuffer();
      }
      input = url;
    }
    const signer = new AwsV4Signer(Object.assign({ url: input.toString() }, init, this, init && init.aws));
    const signed = Object.assign({}, init, await signer.sign());
    delete signed.aws;
    try {
      return new Request(signed.url.toString(), signed)
    } catch (e) {
      if (e instanceof TypeError) {
        return new Request(signed.url.toString(), Object.assign({ duplex: 'half' }, signed))
      }
      throw e
    }
  }
  async fetch(input, init) {
    for (let i = 0; i <= this.retries; i++) {
      const fetched = fetch(await this.sign(input, init));
      if (i === this.retries) {
        return fetched
      }
      const res = await fetched;
      if (res.status < 500 && res.status !== 429) {
        return res
      }
      await new Promise(resolve => setTimeout(resolve, Math.random() * this.initRetryMs * Math.pow(2, i)));
    }
    throw new Error('An unknown error occurred, ensure retries is not negative')
  }
}
class AwsV4Signer {
  constructor({ method, url, headers, body, accessKeyId, secretAccessKey, sessionToken, service, region, cache, datetime, signQuery, appendSessionToken, allHeaders, singleEncode }) {
    if (url == null) throw new TypeError('url is a required option')
    if (accessKeyId == null) throw new TypeError('accessKeyId is a required option')
    if (secretAccessKey == null) throw new TypeError('secretAccessKey is a required option')
    this.method = method || (body ? 'POST' : 'GET');
    this.url = new URL(url);
    this.headers = new Headers(headers || {});
    this.body = body;
    this.accessKeyId = accessKeyId;
    this.secretAccessKey = secretAccessKey;
    this.sessionToken = sessionToken;
    let guessedService, guessedRegion;
    if (!service || !region) {
[guessedService, guessedRegion] = guessServiceRegion(this.url, this.headers);
    }
    this.service = service || guessedService || '';
    this.region = region || guessedRegion || 'us-east-1';
    this.cache = cache || new Map();
    this.datetime = datetime || new Date().toISOString().replace(/[:-]|\.\d{3}/g, '');
    this.signQuery = signQuery;
    this.appendSessionToken = appendSessionToken || this.service === 'iotdevicegateway';
    this.headers.delete('Host');
    if (this.service === 's3' && !this.signQuery && !this.headers.has('X-Amz-Content-Sha256')) {
      this.headers.set('X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD');
    }
    const params = this.signQuery ? this.url.searchParams : this.headers;
    params.set('X-Amz-Date', this.datetime);
    if (this.sessionToken && !this.appendSessionToken) {
      params.set('X-Amz-Security-Token', this.sessionToken);
    }
    this.signableHeaders = ['host', ...this.headers.keys()]
      .filter(header => allHeaders || !UNSIGNABLE_HEADERS.has(header))
      .sort();
    this.signedHeaders = this.signableHeaders.join(';');
    this.canonicalHeaders = this.signableHeaders
      .map(header => header + ':' + (header === 'host' ? this.url.host : (this.headers.get(header) || '').replace(/\s+/g, ' ')))
      .join('\n');
    this.credentialString = [this.datetime.slice(0, 8), this.region, this.service, 'aws4_request'].join('/');
    if (this.signQuery) {
      if (this.service === 's3' && !params.has('X-Amz-Expires')) {
        params.set('X-Amz-Expires', '86400');
      }
      params.set('X-Amz-Algorithm', 'AWS4-HMAC-SHA256');
      params.set('X-Amz-Credential', this.accessKeyId + '/' + this.credentialString);
      params.set('X-Amz-SignedHeaders', this.signedHeaders);
    }
    if (this.service === 's3') {
      try {
        this.encodedPath = decodeURIComponent(this.url.pathname.replace(/\+/g, ' '));
      } catch (e) {
        this.encodedPath = this.url.pathname;
      }
    } else {
      this.encodedPath = this.url.pathname.replace(/\/+/g, '/');
    }
    if (!singleEncode) {
      this.encodedPath = encodeURIComponent(this.encodedPath).replace(/%2F/g, '/');
    }
    this.encodedPath = encodeRfc3986(this.encodedPath);
    const seenKeys = new Set();
    this.encodedSearch = [...this.url.searchParams]
      .filter(([k]) => {
        if (!k) return false
        if (this.service === 's3') {
          if (seenKeys.has(k)) return false
          seenKeys.add(k);
        }
        return true
      })
      .map(pair => pair.map(p => encodeRfc3986(encodeURIComponent(p))))
      .sort(([k1, v1], [k2, v2]) => k1 < k2 ? -1 : k1 > k2 ? 1 : v1 < v2 ? -1 : v1 > v2 ? 1 : 0)
      .map(pair => pair.join('='))
      .join('&');
  }
  async sign() {
    if (this.signQuery) {
      this.url.searchParams.set('X-Amz-Signature', await this.signature());
      if (this.sessionToken && this.appendSessionToken) {
        this.url.searchParams.set('X-Amz-Security-Token', this.sessionToken);
      }
    } else {
      this.headers.set('Authorization', await this.authHeader());
    }
    return {
      method: this.method,
      url: this.url,
      headers: this.headers,
      body: this.body,
    }
  }
  async authHeader() {
    return [
      'AWS4-HMAC-SHA256 Credential=' + this.accessKeyId + '/' + this.credentialString,
      'SignedHeaders=' + this.signedHeaders,
      'Signature=' + (await this.signature()),
    ].join(', ')
  }
  async signature() {
    const date = this.datetime.slice(0, 8);
    const cacheKey = [this.secretAccessKey, date, this.region, this.service].join();
    let kCredentials = this.cache.get(cacheKey);
    if (!kCredentials) {
      const kDate = await hmac('AWS4' + this.secretAccessKey, date);
      const kRegion = await hmac(kDate, this.region);
      const kService = await hmac(kRegion, this.service);
      kCredentials = await hmac(kService, 'aws4_request');
      this.cache.set(cacheKey, kCredentials);
    }
    return buf2hex(await hmac(kCredentials, await this.stringToSign()))
  }
  async stringToSign() {
    return [
      'AWS4-HMAC-SHA256',
      this.datetime,
      this.credentialString,
      buf2hex(await aws4fetch_esm_hash(await this.canonicalString())),
    ].join('\n')
  }
  async canonicalString() {
    return [
      this.method.toUpperCase(),
      this.encodedPath,
      this.encodedSearch,
      this.canonicalHeaders + '\n',
      this.signedHeaders,
      await this.hexBodyHash(),
    ].join('\n')
  }
  async hexBodyHash() {
    let hashHeader = this.headers.get('X-Amz-Content-Sha256') || (this.service === 's3' && this.signQuery ? 'UNSIGNED-PAYLOAD' : null);
    if (hashHeader == null) {
      if (this.body && typeof this.body !== 'string' && !('byteLength' in this.body)) {
        throw new Error('body must be a string, ArrayBuffer or ArrayBufferView, unless you include the X-Amz-Content-Sha256 header')
      }
      hashHeader = buf2hex(await aws4fetch_esm_hash(this.body || ''));
    }
    return hashHeader
  }
}
async function hmac(key, string) {
  const cryptoKey = await crypto.subtle.importKey(
    'raw',
    typeof key === 'string' ? encoder.encode(key) : key,
    { name: 'HMAC', hash: { name: 'SHA-256' } },
    false,
    ['sign'],
  );
  return crypto.subtle.sign('HMAC', cryptoKey, encoder.encode(string))
}
async function aws4fetch_esm_hash(content) {
  return crypto.subtle.digest('SHA-256', typeof content === 'string' ? encoder.encode(content) : content)
}
const HEX_CHARS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
function buf2hex(arrayBuffer) {
  const buffer = new Uint8Array(arrayBuffer);
  let out = '';
  for (let idx = 0; idx < buffer.length; idx++) {
    const n = buffer[idx];
    out += HEX_CHARS[(n >>> 4) & 0xF];
    out += HEX_CHARS[n & 0xF];
  }
  return out
}
function encodeRfc3986(urlEncodedStr) {
  return urlEncodedStr.replace(/[!'()*]/g, c => '%' + c.charCodeAt(0).toString(16).toUpperCase())
}
function guessServiceRegion(url, headers) {
  const { hostname, pathname } = url;
  if (hostname.endsWith('.on.aws')) {
    const match = hostname.match(/^[^.]{1,63}\.lambda-url\.([^.]{1,63})\.on\.aws$/);
    return match != null ? ['lambda', match[1] || ''] : ['', '']
  }
  if (hostname.endsWith('.r2.cloudflarestorage.com')) {
    return ['s3', 'auto']
  }
  if (hostname.endsWith('.backblazeb2.com')) {
    const match = hostname.match(/^(?:[^.]{1,63}\.)?s3\.([^.]{1,63})\.backblazeb2\.com$/);
    return match != null ? ['s3', match[1] || ''] : ['', '']
  }
  const match = hostname.replace('dualstack.', '').match(/([^.]{1,63})\.(?:([^.]{0,63})\.)?amazonaws\.com(?:\.cn)?$/);
  let service = (match && match[1]) || '';
  let region = match && match[2];
  if (region === 'us-gov') {
    region = 'us-gov-west-1';
  } else if (region === 's3' || region === 's3-accelerate') {
    region = 'us-east-1';
    service = 's3';
  } else if (service === 'iot') {
    if (hostname.startsWith('iot.')) {
      service = 'execute-api';
    } else if (hostname.startsWith('data.jobs.iot.')) {
      service = 'iot-jobs-data';
    } else {
      service = pathname === '/mqtt' ? 'iotdevicegateway' : 'iotdata';
    }
  } else if (service === 'autoscaling') {
    const targetPrefix = (headers.get('X-Amz-Target') || '').split('.')[0];
    if (targetPrefix === 'AnyScaleFrontendService') {
      service = 'application-autoscaling';
    } else if (targetPrefix === 'AnyScaleScalingPlannerFrontendService') {
      service = 'autoscaling-plans';
    }
  } else if (region == null && service.startsWith('s3-')) {
    region = service.slice(3).replace(/^fips-|^external-1/, '');
    service = 's3';
  } else if (service.endsWith('-fips')) {
    service = service.slice(0, -5);
  } else if (region && /-\d$/.test(service) && !/-\d$/.test(region)) {
[service, region] = [region, service];
  }
  return [HOST_SERVICES[service] || service, region || '']
}



;// CONCATENATED MODULE: ./build/js/push/destination/aws-profile.js
/** Sections of an AWS `credentials` or `config` file, by profile name (AWS CLI guide, "Configuration and credential files"). */
function parseProfiles(text) {
    const profiles = new Map();
    let current;
    for (const line of text.split(/\r?\n/)) {
        const section = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/.exec(line);
        const setting = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(line);
        if (section?.[1] !== undefined) {
            current = profiles.get(section[1]) ?? new Map();
            profiles.set(section[1], current);
        }
        else if (setting?.[1] !== undefined && setting[2] !== undefined)
            current?.set(setting[1], setting[2]);
    }
    return profiles;
}
/** Static credentials in settings (variables of the environment, or a profile's). */
function staticCredentials(id, secret, token) {
    if (!id || !secret)
        return undefined;
    return { accessKeyId: id, secretAccessKey: secret, ...(token ? { sessionToken: token } : {}) };
}
/** Credentials in the environment, as aws-actions/configure-aws-credentials leaves them. */
const environmentCredentials = (env) => staticCredentials(env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN);
/** A web identity in the environment. */
function environmentIdentity(env) {
    const { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile } = env;
    return role && tokenFile ? { role, tokenFile, session: env.AWS_ROLE_SESSION_NAME || 'nix-multiarch' } : undefined;
}
/** What a profile gives: static credentials or a web identity. */
function profileCredentials(profile) {
    const get = (name) => profile?.get(name);
    const fixed = staticCredentials(get('aws_access_key_id'), get('aws_secret_access_key'), get('aws_session_token'));
    const [role, tokenFile] = [get('role_arn'), get('web_identity_token_file')];
    if (fixed !== undefined || role === undefined || tokenFile === undefined)
        return fixed;
    return { role, tokenFile, session: get('role_session_name') ?? 'nix-multiarch' };
}

;// CONCATENATED MODULE: ./build/js/push/destination/s3-target.js

const s3_target_MIB = 1024 * 1024;
/** S3's limits: parts of at least 5 MiB, at most 10,000 of them (AWS S3 user guide, "Multipart upload limits"). */
const SMALLEST_PART = 5 * s3_target_MIB;
const MOST_PARTS = 10_000;
/**
 * Target of an `s3://` store URL, with Nix's parameters (src/libstore/s3-binary-cache-store.hh): `region`, `endpoint`
 * (URL, or host with `scheme`), `profile`, `addressing-style`, `storage-class`, `multipart-threshold`,
 * `multipart-chunk-size`. Where the URL names no region, the environment does, as for every AWS tool.
 * @throws Error where the URL cannot be used
 */
function s3Target(url, env) {
    const [, bucket = '', path = ''] = /^s3:\/\/([^/?#]+)(\/[^?#]*)?/i.exec(url) ?? [];
    if (path.replaceAll('/', '') !== '')
        throw new Error(`Nix reads a cache only from the root of a bucket, not from ${path}`);
    const given = (name) => (0,store_url/* urlParameter */.$r)(url, name) || undefined;
    const region = given('region') ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1');
    const endpoint = given('endpoint') ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
    const profile = given('profile') ?? env.AWS_PROFILE;
    return {
        bucket,
        region,
        base: baseOf(bucket, region, endpoint, given('scheme') ?? 'https', given('addressing-style') ?? 'auto'),
        profile: profile === '' ? undefined : profile,
        storageClass: given('storage-class'),
        multipart: {
            threshold: bytes(given('multipart-threshold'), 100 * s3_target_MIB, SMALLEST_PART),
            part: bytes(given('multipart-chunk-size'), 16 * s3_target_MIB, SMALLEST_PART),
        },
    };
}
function baseOf(bucket, region, endpoint, scheme, style) {
    const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    const host = endpoint ?? `s3.${region}.${suffix}`;
    const text = host.includes('://') ? host : `${scheme}://${host}`;
    if (!URL.canParse(text))
        throw new Error(`its endpoint ${host} is neither a URL nor a host`);
    const base = new URL(text);
    // a bucket's own host needs DNS for it, and a certificate does not cover names with dots
    const isVirtual = style === 'virtual' || (style === 'auto' && endpoint === undefined && !bucket.includes('.'));
    if (isVirtual)
        base.hostname = `${bucket}.${base.hostname}`;
    base.pathname = isVirtual ? '/' : `${base.pathname.replace(/\/$/, '')}/${bucket}/`;
    return base;
}
function bytes(text, usual, least) {
    const value = text === undefined ? usual : Number(text);
    return Number.isFinite(value) ? Math.max(least, value) : usual;
}
/** The parts of an object, [start, end) each, as soon as they are there. */
async function* partsOf(file, part) {
    // of what is still being made nobody knows how many parts it takes: S3 takes 10,000 of the usual size, 156 GiB
    const each = Math.max(part, Math.ceil((file.size ?? 0) / MOST_PARTS / s3_target_MIB) * s3_target_MIB);
    for (let start = 0;; start += each) {
        const end = await file.until(start + each);
        if (end > start || start === 0)
            yield [start, end];
        if (end < start + each)
            return;
    }
}
/** Text of an element of S3's answers, which are flat and small. */
const xmlText = (xml, name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
const s3_target_MEANINGS = {
    NoSuchBucket: 'there is no such bucket',
    InvalidAccessKeyId: 'the access key is not known',
    SignatureDoesNotMatch: 'the secret key is wrong, or does not belong to the access key',
    ExpiredToken: 'the session token has expired; fetch credentials shortly before the push, or for longer',
    TokenRefreshRequired: 'the session token has expired',
    InvalidToken: 'the session token is not valid',
    AccessDenied: 'these credentials may not do that',
    AuthorizationHeaderMalformed: 'the request was signed for the wrong region',
    PermanentRedirect: 'the bucket is in another region',
    RequestTimeTooSkewed: 'the clock of this machine is wrong',
    EntityTooLarge: 'the object is larger than the store takes',
    QuotaExceeded: 'the quota is used up',
};
/** What an error answer of S3 means, in a sentence. @param region of the bucket, where the answer tells it */
function explainS3(xml, region) {
    const code = xmlText(xml, 'Code');
    if (code === undefined)
        return undefined;
    const place = xmlText(xml, 'Region') ?? region;
    const hint = place !== undefined && /region/.test(s3_target_MEANINGS[code] ?? '') ? `; it is ${place}: s3://…?region=${place}` : '';
    return `${s3_target_MEANINGS[code] ?? xmlText(xml, 'Message') ?? 'no reason given'}${hint} (${code})`;
}

;// CONCATENATED MODULE: ./build/js/push/destination/aws-credentials.js






const RENEW_BEFORE = 5 * 60_000;
const METADATA_SECONDS = 2;
/**
 * Credentials in the order of AWS's own tools: environment (unless the URL names a profile), web identity, profile,
 * container, instance; undefined makes requests anonymous. Renewed before they expire.
 * @param profile named by the store URL or AWS_PROFILE
 */
function credentialSource(facts, profile, region, transport) {
    let known;
    let expires = Number.POSITIVE_INFINITY;
    return async () => {
        if (known === undefined || expires - Date.now() < RENEW_BEFORE) {
            known = find(facts, profile, region, transport);
            expires = Number.POSITIVE_INFINITY;
            expires = (await known)?.expires ?? Number.POSITIVE_INFINITY;
        }
        return await known;
    };
}
async function find(facts, profile, region, transport) {
    const { env } = facts;
    const identity = environmentIdentity(env);
    const first = profile === undefined ? (environmentCredentials(env) ?? identity) : undefined;
    const found = first ?? profileCredentials(await readProfile(facts, profile ?? 'default'));
    if (found !== undefined)
        return 'role' in found ? await assumeRole(found, env, region, transport) : found;
    if (profile !== undefined)
        throw noCredentials(`the AWS configuration has no credentials for the profile ${profile}`);
    return (await containerCredentials(env, transport)) ?? (await instanceCredentials(env, transport));
}
async function readProfile({ env, home }, name) {
    const files = [
        env.AWS_CONFIG_FILE || (0,external_node_path_.join)(home, '.aws/config'),
        env.AWS_SHARED_CREDENTIALS_FILE || (0,external_node_path_.join)(home, '.aws/credentials'),
    ];
    const texts = await Promise.all(files.map((file) => (0,external_node_fs_promises_.readFile)(file, 'utf8').catch(() => '')));
    return new Map(texts.flatMap((content) => [...(parseProfiles(content).get(name) ?? [])]));
}
/** STS AssumeRoleWithWebIdentity (AWS STS API reference); the request is not signed, the token is its proof. */
async function assumeRole(identity, env, region, transport) {
    const form = new URLSearchParams({
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: identity.role,
        RoleSessionName: identity.session,
        WebIdentityToken: (await (0,external_node_fs_promises_.readFile)(identity.tokenFile, 'utf8')).trim(),
    });
    const answer = await transport.send({
        method: 'POST',
        url: new URL(env.AWS_ENDPOINT_URL_STS ?? `https://sts.${region}.amazonaws.com/`),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        content: { kind: 'bytes', bytes: Buffer.from(form.toString()) },
    });
    const xml = await (0,consumers_.text)(answer.body);
    const [id, secret, token] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map((name) => xmlText(xml, name));
    if (answer.status !== 200 || !id || !secret)
        throw noCredentials(`the role ${identity.role} could not be taken: ${explainS3(xml, undefined) ?? `HTTP ${answer.status}`}`);
    return credentials({ AccessKeyId: id, SecretAccessKey: secret, Token: token, Expiration: xmlText(xml, 'Expiration') });
}
async function containerCredentials(env, transport) {
    const relative = env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
    const url = relative ? `http://169.254.170.2${relative}` : env.AWS_CONTAINER_CREDENTIALS_FULL_URI;
    if (!url)
        return undefined;
    const file = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
    const authorization = file ? (await (0,external_node_fs_promises_.readFile)(file, 'utf8')).trim() : env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
    return await metadata(transport, {
        method: 'GET',
        url: new URL(url),
        headers: authorization ? { authorization } : {},
    });
}
/** EC2's instance metadata, version 2. */
async function instanceCredentials(env, transport) {
    if (env.AWS_EC2_METADATA_DISABLED === 'true')
        return undefined;
    const root = env.AWS_EC2_METADATA_SERVICE_ENDPOINT || 'http://169.254.169.254';
    const ask = async (sending) => {
        const answer = await inTime(transport.send(sending));
        if (answer?.status === 200)
            return (await (0,consumers_.text)(answer.body)).trim();
        answer?.body.resume();
        return undefined;
    };
    const lifetime = { 'x-aws-ec2-metadata-token-ttl-seconds': '300' };
    const token = await ask({ method: 'PUT', url: new URL('/latest/api/token', root), headers: lifetime });
    if (token === undefined)
        return undefined;
    const headers = { 'x-aws-ec2-metadata-token': token };
    const url = new URL('/latest/meta-data/iam/security-credentials/', root);
    const role = await ask({ method: 'GET', url, headers });
    return role
        ? await metadata(transport, { method: 'GET', url: new URL(role.split('\n')[0] ?? '', url), headers })
        : undefined;
}
async function metadata(transport, sending) {
    const answer = await inTime(transport.send(sending));
    if (answer?.status !== 200)
        return undefined;
    const data = JSON.parse(await (0,consumers_.text)(answer.body));
    return typeof data === 'object' && data !== null ? credentials(data) : undefined;
}
function credentials(data) {
    const get = (name) => (typeof data[name] === 'string' ? data[name] : '');
    const expires = Date.parse(get('Expiration'));
    return {
        accessKeyId: get('AccessKeyId'),
        secretAccessKey: get('SecretAccessKey'),
        ...(get('Token') === '' ? {} : { sessionToken: get('Token') }),
        ...(Number.isNaN(expires) ? {} : { expires }),
    };
}
/** Elsewhere than on such a machine nobody answers there. */
async function inTime(work) {
    let timer;
    const late = new Promise((resolve) => {
        timer = setTimeout(() => resolve(undefined), METADATA_SECONDS * 1000);
    });
    return await Promise.race([work.catch(() => undefined), late]).finally(() => clearTimeout(timer));
}
const noCredentials = (text) => new DestinationError(text, { passing: false });

;// CONCATENATED MODULE: ./build/js/push/destination/s3-bucket.js






/** Codes that another try may cure although their status says otherwise. */
const PASSING_CODES = /<Code>(SlowDown|InternalError|RequestTimeout|ServiceUnavailable|OperationAborted)<\/Code>/;
/** A bucket that is spoken to in signed requests, each in bounded tries. */
class Bucket {
    target;
    #transport;
    #tries;
    #credentials;
    #keys = new Map();
    #lately;
    constructor(target, transport, tries, facts) {
        this.target = target;
        this.#transport = transport;
        this.#tries = tries;
        this.#credentials = credentialSource(facts, target.profile, target.region, transport);
    }
    async run(wish, doing, read) {
        return await this.#tries.run(async () => {
            const answer = await this.#transport.send(await this.#signed(wish));
            const isFine = answer.status < 300 || ((wish.method === 'GET' || wish.method === 'HEAD') && [403, 404].includes(answer.status));
            if (!isFine)
                throw await s3Error(answer, `${doing}${this.#credentialsFor(answer.status)}`);
            return await read(answer);
        });
    }
    /** What may be the matter with the credentials of a refused request. Not every store tells an expired token (radosgw does not). */
    #credentialsFor(status) {
        if (this.#lately === undefined)
            return ', unsigned since no credentials were found';
        const isSession = this.#lately.sessionToken !== undefined && (status === 400 || status === 403);
        return isSession ? ', with a session token, which may have expired' : '';
    }
    async #signed(wish) {
        const url = new URL(wish.name.split('/').map(encoded).join('/'), this.target.base);
        for (const [name, value] of Object.entries(wish.query ?? {}))
            url.searchParams.set(name, value);
        const headers = new Headers(wish.headers);
        const credentials = await this.#credentials();
        this.#lately = credentials;
        if (credentials !== undefined) {
            const { accessKeyId, secretAccessKey, sessionToken } = credentials;
            const signer = new AwsV4Signer({
                ...{
                    method: wish.method,
                    url: url.href,
                    headers,
                    service: 's3',
                    region: this.target.region,
                    cache: this.#keys,
                },
                ...{ accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
            });
            for (const [name, value] of (await signer.sign()).headers)
                headers.set(name, value);
        }
        const { content, range } = wish;
        return {
            ...{ method: wish.method, url, headers: Object.fromEntries(headers) },
            ...(content === undefined ? {} : { content }),
            ...(range === undefined ? {} : { range }),
        };
    }
}
/** As the signature has it (RFC 3986): URL leaves some characters that the canonical form encodes. */
const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
/** 404, and 403 where the credentials may not list: then S3 does not tell absence from prohibition. */
async function absence(answer, doing) {
    if (answer.status !== 403 && answer.status !== 404)
        throw await s3Error(answer, doing);
    const xml = await (0,consumers_.text)(answer.body);
    const code = xmlText(xml, 'Code');
    if (code === undefined || code === 'NoSuchKey' || code === 'AccessDenied')
        return undefined;
    throw errorOf(answer, doing, xml);
}
const s3Error = async (answer, doing) => errorOf(answer, doing, await (0,consumers_.text)(answer.body).catch(() => ''));
function errorOf({ status, headers }, doing, xml) {
    const region = headers['x-amz-bucket-region'];
    const meaning = explainS3(xml, typeof region === 'string' ? region : undefined);
    return new DestinationError(meaning === undefined ? explainStatus(status, doing) : `${doing}: ${meaning}`, {
        status,
        passing: isPassing(status) || PASSING_CODES.test(xml),
        retryAfter: retryAfterSeconds(headers['retry-after'], Date.now()),
    });
}

;// CONCATENATED MODULE: ./build/js/push/destination/s3.js









const s3_CONNECTIONS = 64;
const s3_LOOKUPS = 240;
const PARTS_AT_A_TIME = 4;
/** Objects in a bucket, by signed requests of our own: Nix's S3 support differs from version to version and build to build. */
function s3Objects(url, facts, tls, patience) {
    const target = s3Target(url, facts.env);
    const transport = openTransport(s3_LOOKUPS, tls);
    const bucket = new Bucket(target, transport, new Tries(patience), facts);
    return {
        shown: (0,store_url/* withoutLogin */.Gq)(url),
        connections: s3_CONNECTIONS,
        lookups: s3_LOOKUPS,
        read: (name) => bucket.run({ method: 'GET', name }, `reading ${name}`, async (answer) => {
            if (answer.status === 200)
                return await (0,consumers_.buffer)(answer.body);
            return await absence(answer, `reading ${name}`);
        }),
        size: (name) => bucket.run({ method: 'HEAD', name }, `asking for ${name}`, async (answer) => {
            if (answer.status === 200)
                return Number(answer.headers['content-length'] ?? Number.NaN);
            return await absence(answer, `asking for ${name}`);
        }),
        stream: (name) => bucket.run({ method: 'GET', name }, `reading ${name}`, async (answer) => {
            if (answer.status !== 200)
                throw await s3Error(answer, `reading ${name}`);
            return answer.body;
        }),
        write: async (name, content) => {
            // up to the threshold it goes at once, which can be told when so much of it is there, or all
            const { threshold } = target.multipart;
            if (content.kind === 'file' && (await content.file.until(threshold)) >= threshold)
                await writeParts(bucket, name, content.file);
            else
                await writeWhole(bucket, name, content);
        },
        remove: async (name) => {
            try {
                await bucket.run({ method: 'DELETE', name }, `removing ${name}`, drain);
                return true;
            }
            catch (cause) {
                if (cause instanceof DestinationError && cause.status === 403)
                    return false;
                throw cause;
            }
        },
        close: () => transport.close(),
    };
}
async function writeWhole(bucket, name, content) {
    const headers = { ...contentHash(content), ...storageClass(bucket) };
    await bucket.run({ method: 'PUT', name, content, headers }, `writing ${name}`, drain);
}
const storageClass = ({ target }) => target.storageClass === undefined ? {} : { 'x-amz-storage-class': target.storageClass };
/** Where it is known, so that the store checks what it gets. */
function contentHash(content) {
    const sha256 = content.kind === 'bytes' ? (0,external_node_crypto_.createHash)('sha256').update(content.bytes).digest('hex') : content.sha256;
    return sha256 === undefined ? {} : { 'x-amz-content-sha256': sha256 };
}
const drain = async (answer) => void (await (0,consumers_.buffer)(answer.body));
/** Multipart upload, begun while the file is still being made: each part in tries of its own; what was begun is given up where one fails for good. */
async function writeParts(bucket, name, file) {
    const doing = `writing ${name}`;
    const { multipart } = bucket.target;
    const headers = storageClass(bucket);
    const begun = await bucket.run({ method: 'POST', name, query: { uploads: '' }, headers }, doing, ({ body }) => (0,consumers_.text)(body));
    const uploadId = xmlText(begun, 'UploadId');
    if (uploadId === undefined)
        throw new DestinationError(`${doing}: no multipart upload was begun`, { passing: false });
    try {
        const tags = await (0,parallel/* inParallel */.HN)(PARTS_AT_A_TIME, partsOf(file, multipart.part), async (range, n) => {
            const query = { partNumber: String(n + 1), uploadId };
            const content = { kind: 'file', file };
            return await bucket.run({ method: 'PUT', name, query, content, range }, doing, async (answer) => {
                await drain(answer);
                return String(answer.headers.etag);
            });
        });
        const list = tags.map((tag, n) => `<Part><PartNumber>${n + 1}</PartNumber><ETag>${tag}</ETag></Part>`);
        const body = bytesOf(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`);
        await bucket.run({ method: 'POST', name, query: { uploadId }, content: body, headers: contentHash(body) }, doing, finished(doing));
    }
    catch (cause) {
        await bucket.run({ method: 'DELETE', name, query: { uploadId } }, doing, drain).catch(() => undefined);
        throw cause;
    }
}
/** S3 answers 200 before it is done, so that the failure may be in the body (CompleteMultipartUpload, API reference). */
const finished = (doing) => async (answer) => {
    const xml = await (0,consumers_.text)(answer.body);
    if (xml.includes('<Error>'))
        throw new DestinationError(`${doing}: ${explainS3(xml, undefined)}`, { passing: PASSING_CODES.test(xml) });
};

;// CONCATENATED MODULE: ./build/js/push/destination/open.js





/** The objects of a destination that is a binary cache; undefined for those that only Nix can speak to (ssh, ssh-ng). */
async function openObjects(destination, settings, patience = PATIENCE) {
    switch (destination.scheme) {
        case 'file':
            return fileObjects(folderOf(destination.url));
        case 'http':
        case 'https':
            return httpObjects(httpTarget(destination.url, settings.http), patience);
        case 's3': {
            const line = await connectionFacts({ ...settings.http, certificate: undefined, privateKey: undefined });
            return s3Objects(destination.url, settings.aws, line, patience);
        }
        default:
            return undefined;
    }
}

;// CONCATENATED MODULE: ./build/js/push/destination/proxies.js
/** Where clouds tell a machine its credentials: on the machine's own network. */
const METADATA = ['169.254.169.254', '169.254.170.2'];
/**
 * The proxies of the environment as curl, and so Nix, reads it: HTTP_PROXY in capitals is a header that a stranger may
 * have sent. Node (24.5 and later) speaks to HTTP proxies; of SOCKS it knows nothing.
 */
function proxies(env) {
    const all = env.all_proxy || env.ALL_PROXY;
    const speaks = (proxy) => proxy && /^(https?:\/\/|(?!\w+:\/\/))/i.test(proxy) ? proxy : undefined;
    const url = (proxy) => (proxy === undefined || proxy.includes('://') ? proxy : `http://${proxy}`);
    return {
        http_proxy: url(speaks(env.http_proxy || all)),
        https_proxy: url(speaks(env.https_proxy || env.HTTPS_PROXY || all)),
        no_proxy: [env.no_proxy || env.NO_PROXY, ...METADATA].filter((text) => text).join(','),
    };
}

;// CONCATENATED MODULE: ./build/js/push/settings.js



/** Reads the settings once. @throws CommandError where Nix cannot print them */
async function readSettings(runner, nix) {
    const config = await configInForce(runner.commands, nix);
    const netrc = await textOf(textIn(config.get('netrc-file')));
    const authorities = runner.facts.env.NIX_SSL_CERT_FILE ?? textIn(config.get('ssl-cert-file'));
    const readable = (await textOf(authorities)) !== undefined;
    return {
        http: {
            netrc: netrc === undefined ? [] : [netrc],
            authorities: readable ? authorities : undefined,
            proxyEnv: proxies(runner.facts.env),
        },
        aws: { env: runner.facts.env, home: runner.facts.home },
        substituters: listIn(config.get('substituters')),
        trustedKeys: listIn(config.get('trusted-public-keys')),
    };
}
const textIn = (value) => typeof value === 'string' && value !== '' ? value : undefined;
/** Lists are text in old versions. */
const listIn = (value) => Array.isArray(value)
    ? value.map(String)
    : (textIn(value)
        ?.split(/\s+/)
        .filter((item) => item !== '') ?? []);
async function textOf(path) {
    if (path === undefined)
        return undefined;
    try {
        return await (0,external_node_fs_promises_.readFile)(path, 'utf8');
    }
    catch {
        // /etc/nix/netrc is the default and seldom there
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/js/push/copy/copy.js







const copy_PATIENCE = { tries: 4, baseSeconds: 2, capSeconds: 30, budgetSeconds: 4 * 3600 };
/** A `nix` command that speaks to another store: believes no cached lookup, goes through no proxy to this machine. */
async function freshCommand(runner, nix, args, more = {}) {
    const cache = (0,external_node_path_.join)(runner.facts.folder, `lookups-${(0,external_node_crypto_.randomBytes)(6).toString('hex')}`);
    await runner.files.makeDirectory(cache, { mode: 0o700 });
    const { no_proxy, NO_PROXY } = runner.facts.env;
    const direct = ['127.0.0.1', no_proxy ?? NO_PROXY].filter((text) => text).join(',');
    const env = { XDG_CACHE_HOME: cache, no_proxy: direct, NO_PROXY: direct, ...more.env };
    return newCommand(nix, args, { ...more, env });
}
/** Content in a file of mode 0600 while `work` runs. The journal knows of it before it is there. */
async function withSecretFile(runner, content, work) {
    const path = (0,external_node_path_.join)(runner.facts.folder, `secret-${(0,external_node_crypto_.randomBytes)(8).toString('hex')}`);
    await runner.journal.record({ kind: 'remove', path, root: false });
    try {
        await runner.files.write(path, content, { mode: 0o600 });
        return await work(path);
    }
    finally {
        await runner.files.remove(path);
    }
}
/**
 * Runs a `nix copy` under a watchdog, in bounded tries; each brings only what is still missing.
 * @param command made anew for each try, so that no try believes what an earlier one looked up
 * @param silentSeconds without a line of output until it is ended
 * @throws Error with the reason of the last try
 */
async function copyWithTries(runner, command, silentSeconds) {
    for (let attempt = 1;; attempt += 1) {
        const result = await runner.commands.run(await command(), {
            accept: 'any',
            silentSeconds,
            discardStdout: true,
            onLine: (line) => runner.log.debug((0,store_url/* withoutLogin */.Gq)(line)),
        });
        if (result.exitCode === 0 && result.stopped === undefined)
            return;
        const fatal = fatalReason(result.stderr);
        const words = copy_plan_lastWords(result.stderr);
        const reason = result.stopped === 'silent' ? `no progress for ${silentSeconds} s` : words;
        if (fatal !== undefined || attempt >= copy_PATIENCE.tries)
            throw new Error(fatal === undefined ? reason : `${fatal} (${words})`);
        const wait = waitBefore(attempt, Math.random(), copy_PATIENCE);
        runner.log.info(`nix copy failed (${reason}); again in ${wait.toFixed(0)} s`);
        await (0,promises_.setTimeout)(wait * 1000);
    }
}

;// CONCATENATED MODULE: ./build/js/push/ssh/ssh-store.js






const REACH_SECONDS = 40;
const LIST_SECONDS = 600;
/** No questions on a terminal, no hanging on a dead link; what the user's own options say comes first and wins. */
const SSH_OPTIONS = '-o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=4';
async function sshCommand(runner, nix, destination, args) {
    const NIX_SSHOPTS = `${runner.facts.env.NIX_SSHOPTS ?? ''} ${SSH_OPTIONS}`.trim();
    return await freshCommand(runner, nix, args, { env: { NIX_SSHOPTS }, secrets: (0,store_url/* secretsOf */.Fj)(destination.url) });
}
/** Asks a store behind SSH for its presence. Gives what is wrong, undefined where it answers. */
async function reachStore(runner, nix, destination) {
    const verb = (0,version/* atLeast */.jZ)(nix.version, '2.19') ? 'info' : 'ping';
    const command = await sshCommand(runner, nix, destination, ['store', verb, '--store', destination.url]);
    const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: REACH_SECONDS });
    if (result.stopped === 'timeout')
        return `no answer within ${REACH_SECONDS} s`;
    if (result.exitCode === 0)
        return undefined;
    const words = copy_plan_lastWords(result.stderr);
    const reason = fatalReason(result.stderr);
    return reason === undefined ? words : `${reason} (${words})`;
}
/** Copies the closure with `nix copy`; the store takes over the signatures of local paths. @throws Error with the reason */
async function copyOverSsh(runner, nix, request, destination, closure) {
    await signLocally(runner, nix, request, closure);
    const args = sshCopyArguments(destination.url, request.roots, (request.skipUpstream ?? []).length > 0);
    const largest = closure.reduce((most, { narSize }) => Math.max(most, narSize), 0);
    await copyWithTries(runner, () => sshCommand(runner, nix, destination, args), silenceLimit(largest, 'ssh'));
}
async function signLocally(runner, nix, { key }, closure) {
    const unsigned = closure.filter(({ signatures }) => !signatures.some((text) => (0,signing_key/* keyName */.xT)(text) === key?.name));
    if (key === undefined || unsigned.length === 0)
        return;
    await withSecretFile(runner, key.secret, async (file) => {
        for (const some of slices(unsigned)) {
            const command = await freshCommand(runner, nix, signArguments(file, some));
            const options = { accept: 'any', timeoutSeconds: LIST_SECONDS };
            let result = await runner.commands.run(command, options);
            // up to Nix 2.8 a daemon lets only users that it trusts sign; root is one
            if (/not privileged/.test(result.stderr) && runner.facts.privilege !== 'none')
                result = await runner.commands.run(command, { ...options, asRoot: true });
            if (result.exitCode !== 0)
                throw new Error(`the paths cannot be signed; the daemon must trust this user for that: ${copy_plan_lastWords(result.stderr)}`);
        }
    });
}
const signArguments = (keyFile, paths) => [
    ...['store', 'sign', '--key-file', keyFile, '--', ...paths.map(({ path }) => path)],
];
/**
 * Adds our signature to paths that a store behind `ssh-ng://` had before; the protocol of `ssh://` cannot.
 * @returns why not; undefined where it did
 */
async function signOverSsh(runner, nix, key, destination, paths) {
    return await withSecretFile(runner, key.secret, async (file) => {
        for (const some of slices(paths)) {
            const args = ['--store', destination.url, ...signArguments(file, some)];
            const command = await sshCommand(runner, nix, destination, args);
            const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: LIST_SECONDS });
            if (result.exitCode !== 0)
                return copy_plan_lastWords(result.stderr) || `nix store sign ended with ${result.exitCode}`;
        }
        return undefined;
    });
}
/** What the store has of these paths, asked without any cache. @throws Error where it does not answer */
async function heldOverSsh(runner, nix, destination, paths) {
    const command = (args) => sshCommand(runner, nix, destination, args);
    const infos = await pathInfos(runner.commands, nix, paths, { store: destination.url, command });
    return new Map(infos.map((info) => [info.path, info]));
}

;// CONCATENATED MODULE: ./build/js/push/before/cache-info.js
/** Name of the object that makes a place a binary cache. */
const CACHE_INFO = 'nix-cache-info';
/** What is written to a new cache; 40 and mass queries as Nix itself would choose for http and s3. */
function newCacheInfo(storeDirectory) {
    return `StoreDir: ${storeDirectory}\nWantMassQuery: 1\nPriority: 40\n`;
}
/** Why a `nix-cache-info` does not fit this store; undefined where it does. */
function wrongCacheInfo(text, storeDirectory) {
    const found = /^StoreDir: *(\S+) *\r?$/m.exec(text)?.[1];
    if (found === storeDirectory)
        return undefined;
    if (found !== undefined)
        return `it is a cache for the store ${found}, but this Nix uses ${storeDirectory}: paths cannot be shared between them`;
    const start = text.slice(0, 60).replace(/\s+/g, ' ').trim();
    return `its ${CACHE_INFO} is not one (it starts with ${JSON.stringify(start)}): not a binary cache, or a page of another server`;
}

;// CONCATENATED MODULE: ./build/js/push/before/preflight.js










/** Fixed, so that a destination that forbids DELETE ends up with one such object at most. */
const PROBE = 'nix-multiarch-write-test';
/**
 * Tries every destination in seconds, so that wrong credentials fail before an hour of building: reachable, a binary
 * cache for this store or an empty place that can become one, readable and writable. Never throws.
 */
async function preflight(runner, nix, destinations, key) {
    if (destinations.length === 0)
        return [];
    if (key !== undefined)
        runner.log.info(`Pushed paths are signed; their public key is ${key.publicKey}`);
    const settings = await readSettings(runner, nix);
    const found = await Promise.all(destinations.map((destination) => problemOf(runner, nix, destination, settings)));
    return found.flatMap((text, n) => {
        const destination = destinations[n];
        if (destination === undefined)
            return [];
        if (text === undefined)
            runner.log.info(`Push destination ${destination.shown}: reachable and writable`);
        return text === undefined ? [] : [{ destination: destination.shown, text: `${destination.shown}: ${text}` }];
    });
}
async function problemOf(runner, nix, destination, settings) {
    let objects;
    try {
        const isCache = !destination.scheme.startsWith('ssh');
        const wrongUrl = isCache ? wrongParameters(destination.url) : undefined;
        if (wrongUrl !== undefined)
            return wrongUrl;
        if (destination.scheme === 'file')
            await probeFolder(folderOf(destination.url), PROBE);
        objects = await openObjects(destination, settings, BRIEF_PATIENCE);
        if (objects === undefined)
            return await reachStore(runner, nix, destination);
        const info = await objects.read(CACHE_INFO);
        const wrong = info === undefined ? undefined : wrongCacheInfo(info.toString(), nix.storeDirectory);
        if (wrong !== undefined || destination.scheme === 'file')
            return wrong;
        await objects.write(PROBE, bytesOf('Written by nix-multiarch to see whether it may; can be deleted.\n'));
        if ((await objects.size(PROBE)) === undefined)
            return 'it takes what is written, says so, and does not have it: a place that cannot be written to';
        const limit = await objects.limit?.(PROBE);
        await objects.remove(PROBE);
        if (limit !== undefined)
            runner.log.warning(limitWarning(destination.shown, limit));
        return undefined;
    }
    catch (cause) {
        return (0,store_url/* withoutLogin */.Gq)(cause instanceof Error ? cause.message : String(cause));
    }
    finally {
        objects?.close();
    }
}

;// CONCATENATED MODULE: ./build/js/push/after/unsigned.js

/**
 * What to say of a cache that consumers will not believe: paths that nobody has signed, neither this run nor the server.
 * A content address stands for itself, and a store behind SSH is used where it is. Undefined where all is well.
 */
function describeUnsigned(report, closure) {
    const addressed = new Set(closure.flatMap(({ path, ca }) => (ca === undefined ? [] : [path])));
    const unsigned = report.paths.filter(({ path, signatures }) => signatures?.length === 0 && !addressed.has(path));
    if (report.status !== 'ok' || report.destination.startsWith('ssh') || unsigned.length === 0)
        return undefined;
    return `${(0,units/* count */.U9)(unsigned.length, 'path')} at ${report.destination} ${unsigned.length === 1 ? 'has' : 'have'} no signature (${unsigned[0]?.path}): Nix refuses such paths from a cache unless it is told to trust it blindly. Give a signing-key, and the next push signs them.`;
}

// EXTERNAL MODULE: external "node:v8"
var external_node_v8_ = __webpack_require__(8877);
;// CONCATENATED MODULE: ./build/js/push/paths/narinfo.js



/** Reads a narinfo. @throws Error naming the line that is missing or wrong: Nix would refuse it too */
function parseNarInfo(text) {
    const lines = text.split('\n').flatMap((line) => {
        const match = /^([A-Za-z]+): ?(.*?)\r?$/.exec(line);
        return match === null ? [] : [[match[1] ?? '', match[2] ?? '']];
    });
    const all = (name) => lines.filter(([key]) => key === name).map(([, value]) => value);
    const one = (name) => {
        const value = all(name)[0];
        if (value === undefined)
            throw new Error(`narinfo without ${name}`);
        return value;
    };
    const path = (0,store_path/* parseStorePath */.GV)(one('StorePath'));
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const references = one('References')
        .split(' ')
        .filter((name) => name !== '');
    const fileHash = all('FileHash')[0];
    const fileSize = all('FileSize')[0];
    return {
        path,
        url: safeName(one('URL')),
        compression: all('Compression')[0] ?? 'bzip2',
        fileHash: fileHash === undefined ? undefined : (0,hash/* toNarInfoHash */.Pl)(fileHash),
        fileSize: fileSize === undefined ? undefined : narinfo_size(fileSize),
        narHash: (0,hash/* toNarInfoHash */.Pl)(one('NarHash')),
        narSize: narinfo_size(one('NarSize')),
        references: references.map((name) => (0,store_path/* parseStorePath */.GV)(folder + name)),
        signatures: all('Sig'),
        text,
    };
}
/** What a signature covers (Nix src/libstore/path-info.cc, ValidPathInfo::fingerprint). */
const fingerprint = (info) => `1;${info.path};${info.narHash};${info.narSize};${[...info.references].sort().join(',')}`;
/** Whether a signature of the key (`name:base64`) is on it and fits. */
const isSignedBy = (info, publicKey) => info.signatures.some((signature) => (0,signing_key/* signatureFits */.DR)(publicKey, fingerprint(info), signature));
/** The same on another thread. */
async function isSignedByBeside(info, publicKey) {
    const text = fingerprint(info);
    const fits = await Promise.all(info.signatures.map((signature) => (0,signing_key/* signatureFitsBeside */.vI)(publicKey, text, signature)));
    return fits.includes(true);
}
/** The narinfo with our signature, others kept; an old signature by the same key name that does not fit is replaced. */
function signed(info, key) {
    const ours = (0,signing_key/* signText */.X8)(key.secret, fingerprint(info));
    const kept = info.text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith(`Sig: ${key.name}:`));
    return parseNarInfo(`${[...kept, `Sig: ${ours}`].join('\n')}\n`);
}
const narinfo_size = (text) => {
    if (!/^\d+$/.test(text))
        throw new Error(`narinfo with a size that is no number: ${text}`);
    return Number(text);
};
/** A name within the cache: what a foreign narinfo says must not lead out of it. */
function safeName(name) {
    if (name === '' || name.startsWith('/') || name.includes('://') || name.split('/').includes('..'))
        throw new Error(`narinfo with a URL that leads out of the cache: ${name}`);
    return name;
}

;// CONCATENATED MODULE: ./build/js/push/after/found.js
/**
 * Judges a narinfo of the destination and the size of its NAR.
 * @param size bytes of the NAR object; undefined where it is not there, NaN where the destination tells no size
 * @param isSigned by our key, or the push is not signed
 */
function judge(info, size, facts, isSigned) {
    if (info.path !== facts.path)
        return { state: 'broken', reason: `its narinfo is for ${info.path}` };
    if (size === undefined)
        return { state: 'broken', reason: `its NAR ${info.url} is not there` };
    if (!Number.isNaN(size) && info.fileSize !== undefined && size !== info.fileSize)
        return { state: 'broken', reason: `its NAR has ${size} bytes instead of ${info.fileSize}` };
    const bytes = Number.isNaN(size) ? (info.fileSize ?? 0) : size;
    if (isSigned)
        return { state: 'good', info, bytes };
    if (info.narHash === facts.narHash && sameReferences(info, facts))
        return { state: 'unsigned', info, bytes };
    if (info.signatures.length === 0)
        return { state: 'broken', reason: 'another build of it is there, signed by nobody' };
    return {
        state: 'foreign',
        reason: `another build of it (NAR hash ${info.narHash}) is there, signed by ` +
            `${info.signatures.map((text) => text.split(':')[0]).join(', ')}; delete it there, or push elsewhere`,
    };
}
const sameReferences = (info, facts) => info.narSize === facts.narSize && [...info.references].sort().join() === [...facts.references].sort().join();
/** Why what was found after a push is not right; undefined where it is. */
function found_faultOf(found) {
    switch (found.state) {
        case 'good':
            return undefined;
        case 'missing':
            return 'its narinfo is not there';
        case 'unsigned':
            return 'our signature is not on it';
        default:
            return found.reason;
    }
}

;// CONCATENATED MODULE: ./build/js/push/after/look-up.js




/**
 * Asks the destination itself what it has of each path. @param written narinfos that should be there: their NARs are
 * asked for at the same time @throws DestinationError where it does not answer
 */
async function lookUp(objects, closure, publicKey, written = new Map()) {
    const found = await (0,parallel/* inParallel */.HN)(objects.lookups, closure, async (facts) => [facts.path, await lookUpOne(objects, facts, publicKey, written.get(facts.path)?.url)]);
    return new Map(found);
}
async function lookUpOne(objects, facts, publicKey, url) {
    const [text, size] = await Promise.all([
        objects.read(`${(0,store_path/* storeHash */.YE)(facts.path)}.narinfo`),
        url === undefined ? undefined : objects.size(url),
    ]);
    if (text === undefined)
        return { state: 'missing' };
    let info;
    try {
        info = parseNarInfo(text.toString());
    }
    catch (cause) {
        return { state: 'broken', reason: cause instanceof Error ? cause.message : String(cause) };
    }
    const [bytes, isSigned] = await Promise.all([
        info.url === url ? size : objects.size(info.url),
        publicKey === undefined || isSignedByBeside(info, publicKey),
    ]);
    return judge(info, bytes, facts, isSigned);
}

;// CONCATENATED MODULE: ./build/js/push/gateway/lanes.js
/** Work that runs a bounded number at a time, the urgent before the rest. */
class Lanes {
    #width;
    #urgent = [];
    #rest = [];
    #busy = 0;
    constructor(width) {
        this.#width = width;
    }
    async run(urgency, work) {
        if (this.#busy >= this.#width)
            await new Promise((resolve) => (urgency === 'urgent' ? this.#urgent : this.#rest).push(resolve));
        else
            this.#busy += 1;
        try {
            return await work();
        }
        finally {
            // the place is handed on, so that nobody slips in between
            const next = this.#urgent.shift() ?? this.#rest.shift();
            if (next === undefined)
                this.#busy -= 1;
            else
                next();
        }
    }
}

;// CONCATENATED MODULE: ./build/js/push/gateway/order.js
/**
 * When which narinfo may be written to one destination: after its own NAR, after the narinfo of every path that it
 * refers to, and after the local content was verified. Whenever a push ends, the destination then holds only complete
 * closures. Each method takes in an event and gives the paths whose narinfo may be written from now on.
 */
class NarInfoOrder {
    /** Paths that the destination lacks, with those of their references that it lacks too. */
    #lacking = new Map();
    #dependents = new Map();
    /** NAR object named by each narinfo that came. */
    #narOf = new Map();
    #pathsOf = new Map();
    #nars = new Set();
    #verified = new Set();
    #released = new Set();
    #written = new Set();
    #lost = new Map();
    /** Paths that the destination lacks. References outside of these (and of earlier calls) are there or served upstream. */
    lacks(paths) {
        for (const path of paths.keys())
            if (!this.#lacking.has(path))
                this.#lacking.set(path, new Set());
        for (const [path, references] of paths) {
            for (const reference of references) {
                if (reference === path || !this.#lacking.has(reference) || this.#written.has(reference))
                    continue;
                this.#lacking.get(path)?.add(reference);
                added(this.#dependents, reference, path);
            }
        }
    }
    get isEmpty() {
        return this.#lacking.size === 0;
    }
    isLacking(path) {
        return this.#lacking.has(path) && !this.#lost.has(path);
    }
    /** A narinfo came from Nix; its NAR is (to be) the object `nar`. */
    infoCame(path, nar) {
        this.#narOf.set(path, nar);
        added(this.#pathsOf, nar, path);
        return this.#ready([path]);
    }
    /** A NAR is at the destination. */
    narThere(nar) {
        this.#nars.add(nar);
        return this.#ready(this.#pathsOf.get(nar) ?? []);
    }
    /** The local contents of these paths fit their hashes. */
    contentsFit(paths) {
        const all = [...paths];
        for (const path of all)
            this.#verified.add(path);
        return this.#ready(all);
    }
    /** The narinfo of a path is at the destination. */
    infoThere(path) {
        this.#written.add(path);
        const dependents = this.#dependents.get(path) ?? [];
        for (const dependent of dependents)
            this.#lacking.get(dependent)?.delete(path);
        return this.#ready(dependents);
    }
    /** A path cannot be had at the destination, and so neither can what refers to it. Gives all that are lost by this. */
    lose(path, reason) {
        if (this.#lost.has(path) || this.#written.has(path))
            return [];
        this.#lost.set(path, reason);
        const others = [...(this.#dependents.get(path) ?? [])];
        return [{ path, reason }, ...others.flatMap((other) => this.lose(other, `${path}, which it refers to, failed`))];
    }
    /** The paths of a NAR, as far as their narinfos came. */
    pathsOf(nar) {
        return [...(this.#pathsOf.get(nar) ?? [])];
    }
    /** Paths that are neither written nor lost. */
    open() {
        return [...this.#lacking.keys()].filter((path) => !this.#written.has(path) && !this.#lost.has(path));
    }
    #ready(candidates) {
        const found = [...candidates].filter((path) => {
            const nar = this.#narOf.get(path);
            const isReady = nar !== undefined && this.#nars.has(nar) && this.#verified.has(path);
            return isReady && this.#lacking.get(path)?.size === 0 && !this.#released.has(path) && !this.#lost.has(path);
        });
        for (const path of found)
            this.#released.add(path);
        return found;
    }
}
function added(map, key, value) {
    const there = map.get(key);
    if (there === undefined)
        map.set(key, new Set([value]));
    else
        there.add(value);
}

;// CONCATENATED MODULE: ./build/js/push/gateway/delivery.js




/** From here on a look whether the NAR is there already, from a push that was cut short, is cheaper than sending it. */
const LOOK_FIRST_BYTES = 1024 * 1024;
/** What goes to one destination, in an order that leaves only complete closures there. */
class Delivery {
    objects;
    #order = new NarInfoOrder();
    #lanes;
    #infos = new Map();
    #running = new Set();
    #lost = new Map();
    #written = new Map();
    #badNars = new Map();
    #dead;
    #bytes = 0;
    constructor(objects) {
        this.objects = objects;
        this.#lanes = new Lanes(objects.connections);
    }
    /** Why nothing more is sent there; undefined while it works. */
    get dead() {
        return this.#dead;
    }
    /** Nothing was lacking there. */
    get isIdle() {
        return this.#order.isEmpty;
    }
    /** Bytes of NARs sent. */
    get bytes() {
        return this.#bytes;
    }
    /** Narinfos that are written. */
    get written() {
        return this.#written;
    }
    /** Paths that failed, with reasons. */
    get lost() {
        return this.#lost;
    }
    lacks(facts) {
        this.#order.lacks(new Map(facts.map(({ path, references }) => [path, references])));
    }
    contentsFit(paths) {
        this.#writeInfos(this.#order.contentsFit(paths));
    }
    /** Sends a NAR. Resolves when it is there or not wanted any more; failures are kept. */
    async nar(name, content) {
        await this.#track(this.#lanes.run('rest', async () => {
            if (this.#dead !== undefined)
                return;
            if (!(await this.#isThere(name, content))) {
                await this.objects.write(name, content);
                this.#bytes += sizeOf(content) ?? 0;
            }
            this.#writeInfos(this.#order.narThere(name));
        }), (reason) => {
            this.#badNars.set(name, reason);
            for (const path of this.#order.pathsOf(name))
                this.lose(path, reason);
        });
    }
    async #isThere(name, content) {
        if ((sizeOf(content) ?? Number.POSITIVE_INFINITY) < LOOK_FIRST_BYTES)
            return false;
        const there = await this.objects.size(name);
        if (there === undefined)
            return false;
        return there === (sizeOf(content) ?? (content.kind === 'file' ? await wholeSize(content.file) : undefined));
    }
    /** Takes a narinfo; it is written once its turn has come. */
    info(info) {
        if (!this.#order.isLacking(info.path))
            return;
        this.#infos.set(info.path, info);
        const ready = this.#order.infoCame(info.path, info.url);
        const bad = this.#badNars.get(info.url);
        if (bad === undefined)
            this.#writeInfos(ready);
        else
            this.lose(info.path, bad);
    }
    /** An object that nothing waits for (a listing). */
    async other(name, content) {
        await this.#track(this.#lanes.run('rest', async () => {
            if (this.#dead === undefined)
                await this.objects.write(name, content);
        }), () => undefined);
    }
    /** Nothing more is begun. */
    stop(reason) {
        this.#dead ??= reason;
    }
    isLacking(path) {
        return this.#dead === undefined && this.#order.isLacking(path);
    }
    lose(path, reason) {
        for (const lost of this.#order.lose(path, reason))
            this.#lost.set(lost.path, lost.reason);
    }
    /** Waits until all that can be sent is sent; what is open then is lost for this reason. */
    async settle(reason) {
        while (this.#running.size > 0)
            await Promise.all(this.#running);
        for (const path of this.#order.open())
            this.lose(path, this.#dead ?? reason);
    }
    #writeInfos(paths) {
        for (const path of paths) {
            const info = this.#infos.get(path);
            if (info === undefined)
                continue;
            const work = async () => {
                if (this.#dead !== undefined)
                    return;
                await this.objects.write(`${(0,store_path/* storeHash */.YE)(path)}.narinfo`, bytesOf(info.text));
                this.#infos.delete(path);
                this.#written.set(path, info);
                this.#writeInfos(this.#order.infoThere(path));
            };
            void this.#track(this.#lanes.run('urgent', work), (reason) => this.lose(path, reason));
        }
    }
    /** Keeps count of work under way; its failure concerns one object or the whole destination. */
    #track(work, failed) {
        const tracked = work
            .catch((cause) => {
            const reason = cause instanceof Error ? cause.message : String(cause);
            // Nix will bring it again, or its own failure tells
            if (cause instanceof SourceError)
                return;
            const isOneObject = cause instanceof DestinationError && (cause.status === 413 || cause.status === 400);
            if (isOneObject)
                failed(reason);
            else
                this.#dead ??= reason;
        })
            .finally(() => this.#running.delete(tracked));
        this.#running.add(tracked);
        return tracked;
    }
}

;// CONCATENATED MODULE: ./build/js/push/target.js









/** Opens a destination, makes it a binary cache if it is none yet, and asks what it has of the closure. Never throws. */
async function openTarget(destination, settings, storeDirectory, closure, publicKey) {
    let objects;
    try {
        objects = await openObjects(destination, settings);
        if (objects === undefined)
            throw new Error('not a binary cache');
        const [before] = await Promise.all([lookUp(objects, closure, publicKey), makeCache(objects, storeDirectory)]);
        return { destination, objects, delivery: new Delivery(objects), before };
    }
    catch (cause) {
        objects?.close();
        return { destination, reason: reasonOf(cause) };
    }
}
/** Makes it a binary cache if it is none yet. @throws Error where it is one for another store */
async function makeCache(objects, storeDirectory) {
    const info = await objects.read(CACHE_INFO);
    const wrong = info === undefined ? undefined : wrongCacheInfo(info.toString(), storeDirectory);
    if (wrong !== undefined)
        throw new Error(wrong);
    if (info === undefined)
        await objects.write(CACHE_INFO, bytesOf(newCacheInfo(storeDirectory)));
}
/** What the gateway has to bring to a target. */
const lackedBy = ({ before }, closure) => closure.filter(({ path }) => ['missing', 'broken'].includes(before.get(path)?.state ?? ''));
/** Adds our signature to what is there without it. Gives the narinfos written, and what failed, by path. */
async function signWhatIsThere({ objects, before }, key) {
    const failed = new Map();
    const infos = new Map();
    const unsigned = [...before].flatMap(([path, found]) => found.state === 'unsigned' ? [{ path, info: found.info }] : []);
    if (key === undefined)
        return { infos, failed };
    await (0,parallel/* inParallel */.HN)(objects.connections, unsigned, async ({ path, info }) => {
        try {
            const ours = signed(info, key);
            await objects.write(`${(0,store_path/* storeHash */.YE)(path)}.narinfo`, bytesOf(ours.text));
            infos.set(path, ours);
        }
        catch (cause) {
            if (!(cause instanceof DestinationError))
                throw cause;
            failed.set(path, `our signature could not be added: ${cause.message}`);
        }
    });
    return { infos, failed };
}
/** Text of a failure, without logins. */
const reasonOf = (cause) => (0,store_url/* withoutLogin */.Gq)(cause instanceof Error ? cause.message : String(cause));

// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(6466);
;// CONCATENATED MODULE: ./build/js/push/after/content.js







const content_TRIES = 3;
const PROGRAMS = ['zstd', 'xz', 'bzip2', 'lzip', 'lz4'];
/** What Node itself has, and programs. Node's zstd (22.15 and later) unpacks the first of several frames alone. */
function unpacker(commands) {
    return (compression) => {
        const tool = PROGRAMS.includes(compression) ? commands.find(compression) : undefined;
        const within = {
            none: () => new external_node_stream_.PassThrough(),
            gzip: () => external_node_zlib_.createGunzip(),
            br: () => external_node_zlib_.createBrotliDecompress(),
        };
        const zstd = "createZstdDecompress" in external_node_zlib_namespaceObject ? { zstd: () => external_node_zlib_.createZstdDecompress() } : {};
        const own = new Map(Object.entries({ ...within, ...zstd })).get(compression || 'none');
        const program = () => external_node_stream_.Duplex.from((packed) => commands.filter({ tool: tool ?? '', args: ['-dc'] }, packed));
        return [...(own === undefined ? [] : [own]), ...(tool === undefined ? [] : [program])];
    };
}
/** Reads a NAR whole and compares the hash of what is stored, and that of the NAR in it, which is what is signed. */
async function checkContent(objects, info, unpack) {
    const ways = unpack(info.compression);
    let check = await compare(objects, info, ways[0]);
    // what one cannot unpack another may
    for (const way of ways.slice(1))
        if (check.fault !== undefined)
            check = await compare(objects, info, way);
    return check;
}
async function compare(objects, info, way) {
    for (let attempt = 1;; attempt += 1) {
        try {
            return await compareOnce(objects, info, way?.());
        }
        catch (cause) {
            if (!isBrokenOff(cause))
                throw cause;
            // whether another try helps was looked at already, unless it broke off in the middle
            if (cause instanceof DestinationError || attempt === content_TRIES)
                return { compared: 'unread', fault: `its NAR cannot be read: ${cause.message}` };
        }
    }
}
async function compareOnce(objects, info, unpacking) {
    const compared = unpacking !== undefined ? 'nar' : info.fileHash !== undefined ? 'packed' : 'nothing';
    const [packed, nar] = [(0,external_node_crypto_.createHash)('sha256'), (0,external_node_crypto_.createHash)('sha256')];
    const body = await objects.stream(info.url);
    const hashing = new external_node_stream_.Transform({
        transform: (chunk, _encoding, done) => {
            packed.update(chunk);
            done(null, chunk);
        },
    });
    try {
        await (0,external_node_stream_promises_.pipeline)(body, hashing, unpacking ?? new external_node_stream_.PassThrough(), into(nar));
    }
    catch (cause) {
        if (isBrokenOff(cause))
            throw cause;
        const why = cause instanceof runner_errors/* CommandError */.Qd ? cause.result.stderr.trim() : String(cause);
        return { compared, fault: `its NAR cannot be unpacked: ${why}` };
    }
    const wrong = differs('its file', packed, info.fileHash) ??
        (compared === 'nar' ? differs('its NAR', nar, info.narHash) : undefined);
    return { compared, ...(wrong === undefined ? {} : { fault: wrong }) };
}
const into = (hash) => new external_node_stream_.Writable({
    write: (chunk, _encoding, done) => {
        hash.update(chunk);
        done();
    },
});
function differs(what, hash, wanted) {
    const got = `sha256:${(0,base32/* toBase32 */.a)(hash.digest())}`;
    return wanted === undefined || got === wanted ? undefined : `the content of ${what} is wrong: ${got}, not ${wanted}`;
}
const isBrokenOff = (cause) => cause instanceof DestinationError || (cause instanceof Error && 'code' in cause && cause.code === 'ECONNRESET');

;// CONCATENATED MODULE: ./build/js/push/after/read-back.js






const CONTENTS_AT_A_TIME = 4;
/** How many NARs `verify: sample` reads whole, and how many bytes of all of them; unpacked they may have more. */
const SAMPLE_PATHS = 5;
const SAMPLE_BYTES = 64 * 1024 * 1024;
const UNPACKED_TIMES = 4;
/** Adds missing signatures and looks at the destination again. Never throws. */
async function readBack(runner, target, { key, verify }, own) {
    const { objects, delivery, before } = target;
    const dead = delivery.dead === undefined ? {} : { reason: delivery.dead };
    try {
        const { infos, failed } = await signWhatIsThere(target, key);
        const lost = new Map([...delivery.lost, ...failed]);
        const written = new Map([...delivery.written, ...infos]);
        const known = new Map([...before, ...[...written].map(asFound)]);
        if (verify === 'none') {
            const foreign = [...known].flatMap(([path, found]) => found.state === 'foreign' ? [[path, found.reason]] : []);
            const faults = new Map([...lost, ...foreign]);
            return { ...seenOf(before, known), faults, verified: 0, ...dead };
        }
        const changed = own.filter(({ path }) => before.get(path)?.state !== 'good');
        const sample = sampleOf(infosIn(known), verify, Math.random);
        const [found, contents] = await Promise.all([
            lookUp(objects, changed, key?.publicKey, written),
            checkContents(runner, target, sample),
        ]);
        const after = new Map([...before, ...found]);
        const faults = new Map([...contents, ...faultsIn(after), ...lost]);
        return { ...seenOf(before, after), faults, verified: after.size - faults.size, ...dead };
    }
    catch (cause) {
        const reason = delivery.dead ?? `reading back: ${reasonOf(cause)}`;
        const good = new Map([...before].filter(([, { state }]) => state === 'good'));
        return { ...seenOf(before, good), faults: delivery.lost, verified: 0, reason };
    }
}
/** A target that could not be opened. */
const unseen = ({ reason }) => ({
    before: new Set(),
    after: new Map(),
    faults: new Map(),
    verified: 0,
    reason,
});
const asFound = ([path, info]) => [
    path,
    { state: 'good', info, bytes: info.fileSize ?? 0 },
];
const seenOf = (before, after) => ({
    before: new Set([...before].flatMap(([path, { state }]) => (state === 'good' ? [path] : []))),
    after: new Map([...after].flatMap(([path, found]) => found.state === 'good' || found.state === 'unsigned'
        ? [[path, { bytes: found.bytes, signatures: found.info.signatures }]]
        : [])),
});
const infosIn = (known) => [...known.values()].flatMap((found) => (found.state === 'good' ? [found.info] : []));
const faultsIn = (seen) => [...seen].flatMap(([path, found]) => {
    const fault = found_faultOf(found);
    return fault === undefined ? [] : [[path, fault]];
});
/** What is wrong with the contents of NARs, by path. */
async function checkContents({ log, commands }, { objects, destination }, infos) {
    const unpack = unpacker(commands);
    const checks = await (0,parallel/* inParallel */.HN)(CONTENTS_AT_A_TIME, infos, async (info) => [info, await checkContent(objects, info, unpack)]);
    if (checks.length > 0)
        log.info(describeChecks(destination.shown, checks));
    return new Map(checks.flatMap(([{ path }, { fault }]) => (fault === undefined ? [] : [[path, fault]])));
}
/** Which hashes were compared, in a sentence. */
function describeChecks(shown, checks) {
    const read = checks.filter(([, { compared }]) => compared !== 'unread');
    const number = (wanted) => checks.filter(([, { compared }]) => compared === wanted).length;
    const methods = [...new Set(read.flatMap(([info, { compared }]) => (compared === 'nar' ? [] : [info.compression])))];
    const [packed, nothing] = [number('packed'), number('nothing')];
    return [
        `${shown}: ${(0,units/* count */.U9)(read.length, 'NAR')} read back whole, NAR hash compared for ${number('nar')}`,
        ...(number('unread') === 0 ? [] : [`${number('unread')} cannot be read`]),
        ...(packed === 0 ? [] : [`only the file hash for ${packed}`]),
        ...(nothing === 0 ? [] : [`nothing for ${nothing}`]),
        ...(methods.length === 0 ? [] : [`since nothing here unpacks ${methods.join(', ')}`]),
    ].join(', ');
}
/** NARs whose content is read back: all, or a few that change from run to run and are small enough together. */
function sampleOf(infos, verify, random) {
    if (verify !== 'sample')
        return verify === 'full' ? infos : [];
    const shuffled = infos.map((info) => ({ info, order: random() })).sort((a, b) => a.order - b.order);
    let room = SAMPLE_BYTES;
    const chosen = [];
    for (const { info } of shuffled) {
        const bytes = Math.max(info.fileSize ?? 0, info.narSize / UNPACKED_TIMES);
        if (chosen.length === SAMPLE_PATHS || bytes > room)
            continue;
        room -= bytes;
        chosen.push(info);
    }
    return chosen;
}

;// CONCATENATED MODULE: ./build/js/push/after/report.js

/** The report of one destination. @param seconds wall clock of its push */
function reportOf(destination, { closure, upstream }, seen, seconds, lines) {
    const paths = closure.map(({ path }) => upstream.has(path) ? { path, status: 'upstream', bytes: 0 } : became(path, seen));
    const failed = paths.filter(({ status }) => status === 'failed');
    const reason = seen.reason ??
        (failed.length === 0
            ? undefined
            : `${failed.length} of ${paths.length} paths: ${failed[0]?.path} ${failed[0]?.reason}`);
    return {
        destination,
        status: reason === undefined ? 'ok' : 'failed',
        ...(reason === undefined ? {} : { reason }),
        paths,
        seconds,
        verified: seen.verified,
        consumerLines: lines,
    };
}
function became(path, seen) {
    const copy = seen.after.get(path);
    const { bytes, signatures } = copy ?? { bytes: 0, signatures: [] };
    // what came there before the push failed is there
    const reason = seen.faults.get(path) ?? (copy === undefined ? seen.reason : undefined);
    if (reason !== undefined)
        return { path, status: 'failed', bytes, reason };
    return { path, status: seen.before.has(path) ? 'present' : 'pushed', bytes, signatures };
}
/** Lines for a consumer's nix.conf; a folder or an SSH store is named as it is given here. */
function consumerLines(destination, publicKey) {
    const key = publicKey === undefined ? [] : [`extra-trusted-public-keys = ${publicKey}`];
    return [`extra-substituters = ${consumerUrl(destination)}`, ...key];
}
/** The store URL without login and without what only matters for writing. */
function consumerUrl({ shown, scheme }) {
    const [place = shown] = shown.split('?');
    const kept = scheme === 's3' ? ['endpoint', 'region', 'scheme'] : scheme.startsWith('ssh') ? ['remote-store'] : [];
    const query = kept.flatMap((name) => {
        const value = (0,store_url/* urlParameter */.$r)(shown, name);
        return value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
    });
    return query.length === 0 ? place : `${place}?${query.join('&')}`;
}

// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __webpack_require__(8474);
;// CONCATENATED MODULE: ./build/js/push/cancel.js



/** The runner gives 7.5 s after its first signal; what is under way gets a moment to come to its end. */
const GRACE_SECONDS = 1.5;
const CANCELLED = 'the job was cancelled';
/** The result of the work. @throws UserError soon after the job was cancelled, whatever the work still does */
async function unlessCancelled(signal, work) {
    const ended = work.then(() => undefined, () => undefined);
    const over = new AbortController();
    const cancelled = (0,external_node_events_.once)(signal, 'abort', { signal: over.signal }).then(() => (0,promises_.setTimeout)(GRACE_SECONDS * 1000, undefined, { ref: false }), () => undefined);
    if (!signal.aborted)
        await Promise.race([ended, cancelled]);
    over.abort();
    if (!signal.aborted)
        return await work;
    throw new runner_errors/* UserError */.yo(`The push was ended: ${CANCELLED}. What is at the destinations is whole, and the next push goes on from there.`);
}

;// CONCATENATED MODULE: ./build/js/push/gateway/making.js




/** Bytes of packed NAR that come at a time. */
const CHUNK_BYTES = 512 * 1024;
/** Bytes that zstd may add to what it cannot pack, and then some. */
const MARGIN_BYTES = 1024 * 1024;
/** Most bytes that a NAR can have when it is packed. */
const mostBytes = ({ narSize }) => Math.ceil(narSize + narSize / 128) + MARGIN_BYTES;
/**
 * Packs a NAR with zstd while it is read, and compares its hash.
 * @param nar its bytes, each piece valid until the next is asked for @param level undefined for zstd's own
 */
function makeNar(facts, nar, level) {
    const name = `nar/${facts.narHash.replace('sha256:', '')}.nar.zst`;
    const zstd = external_node_zlib_.createZstdCompress({
        chunkSize: CHUNK_BYTES,
        ...(level === undefined ? {} : { params: { [external_node_zlib_.constants.ZSTD_c_compressionLevel]: level } }),
    });
    const file = (0,external_node_crypto_.createHash)('sha256');
    let fileSize = 0;
    zstd.on('data', (chunk) => {
        file.update(chunk);
        fileSize += chunk.length;
    });
    // its fault ends what is packed with an error, which the reader gets
    pack(facts, nar, zstd).catch((cause) => zstd.destroy(cause instanceof Error ? cause : new Error(String(cause))));
    return {
        name,
        packed: zstd,
        info: () => parseNarInfo(narInfoText(facts, { name, hash: `sha256:${(0,base32/* toBase32 */.a)(file.digest())}`, size: fileSize })),
    };
}
/** Hashes each piece while zstd, on another thread, packs it. @throws Error where it is not what the local store says */
async function pack(facts, nar, zstd) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    for await (const piece of nar) {
        const packed = new Promise((resolve, reject) => {
            zstd.write(piece, (cause) => (cause ? reject(cause) : resolve()));
        });
        hash.update(piece);
        await packed;
    }
    if (`sha256:${(0,base32/* toBase32 */.a)(hash.digest())}` !== facts.narHash)
        throw new Error('its content in the local store is damaged; nix-store --repair-path it');
    zstd.end();
}
/** As Nix writes it (src/libstore/nar-info.cc, NarInfo::to_string). */
function narInfoText(facts, file) {
    const base = (path) => path.slice(path.lastIndexOf('/') + 1);
    return [
        `StorePath: ${facts.path}`,
        `URL: ${file.name}`,
        'Compression: zstd',
        `FileHash: ${file.hash}`,
        `FileSize: ${file.size}`,
        `NarHash: ${facts.narHash}`,
        `NarSize: ${facts.narSize}`,
        `References: ${facts.references.map(base).join(' ')}`,
        ...(facts.deriver === undefined ? [] : [`Deriver: ${base(facts.deriver)}`]),
        ...facts.signatures.map((signature) => `Sig: ${signature}`),
        ...(facts.ca === undefined ? [] : [`CA: ${facts.ca}`]),
        '',
    ].join('\n');
}

;// CONCATENATED MODULE: ./build/js/push/gateway/protocol.js



/** Reads the path of a request. */
function whatIsAsked(path) {
    const name = path.replace(/^\//, '').replace(/\?.*$/s, '');
    if (name === 'nix-cache-info')
        return { kind: 'cache-info' };
    const narinfo = /^([0-9abcdfghijklmnpqrsvwxyz]{32})\.narinfo$/.exec(name);
    if (narinfo?.[1] !== undefined)
        return { kind: 'narinfo', hash: narinfo[1] };
    if (/^nar\/[0-9a-z]{52}\.nar(\.[0-9a-z]+)?$/.test(name))
        return { kind: 'nar', name };
    const safe = /^[\w+=-][\w.+=!-]*(\/[\w+=-][\w.+=!-]*)*$/.test(name);
    return safe ? { kind: 'other', name } : { kind: 'nonsense' };
}
/** SHA-256 of a NAR that comes from Nix, hex: its name. */
function digestIn(name) {
    const digits = /^nar\/([0-9a-z]{52})\.nar/.exec(name)?.[1];
    return digits === undefined ? undefined : (0,base32/* fromBase32 */.v)(digits).toString('hex');
}
/** What the gateway tells Nix: which paths need not be brought, and which came already. Grows as paths are announced. */
class Known {
    #facts = new Map();
    #wanted = new Set();
    #came = new Map();
    #storeDirectory;
    constructor(storeDirectory) {
        this.#storeDirectory = storeDirectory;
    }
    /** @param wanted those of the closure that some destination lacks */
    announce(closure, wanted) {
        for (const facts of closure)
            this.#facts.set((0,store_path/* storeHash */.YE)(facts.path), facts);
        for (const path of wanted)
            this.#wanted.add(path);
    }
    cacheInfo() {
        return newCacheInfo(this.#storeDirectory);
    }
    /** The narinfo to answer with; undefined makes Nix bring the path. */
    answerFor(hash) {
        const facts = this.#facts.get(hash);
        if (facts === undefined)
            return undefined;
        return this.#wanted.has(facts.path) ? this.#came.get(facts.path)?.text : presentNarInfo(facts);
    }
    /** Takes in a narinfo that Nix brings. Gives what is wrong with it: it must be what the local store says. */
    accept(info, hash) {
        const facts = this.#facts.get(hash);
        if (facts === undefined || !this.#wanted.has(facts.path))
            return 'nobody asked for this path';
        if (info.path !== facts.path || info.narHash !== facts.narHash || info.narSize !== facts.narSize)
            return 'it is not the path that the local store has';
        if ([...info.references].sort().join() !== [...facts.references].sort().join())
            return 'its references are not those that the local store has';
        this.#came.set(facts.path, info);
        return undefined;
    }
}
/** A narinfo that says that a path is there; Nix reads it to know that it may skip the path and to find its references. */
function presentNarInfo(facts) {
    const names = facts.references.map((path) => path.split('/').at(-1));
    return [
        `StorePath: ${facts.path}`,
        `URL: nar/${facts.narHash.replace('sha256:', '')}.nar`,
        'Compression: none',
        `NarHash: ${facts.narHash}`,
        `NarSize: ${facts.narSize}`,
        `References: ${names.join(' ')}`,
        '',
    ].join('\n');
}

;// CONCATENATED MODULE: ./build/js/push/gateway/server.js




/** A refusal that every Nix takes as final: old ones hang on 5xx (field/install-and-cache.md 3.2). */
const server_REFUSED = 403;
/** Bytes taken from a connection at a time: large NARs cost fewer, larger writes. */
const READ_AHEAD = 256 * 1024;
const NARINFO_LIMIT = 4 * 1024 * 1024;
/** A binary cache on the loopback interface, for one client that knows the password. */
async function serve(service, password) {
    const authorization = `Basic ${Buffer.from(`nix:${password}`).toString('base64')}`;
    const server = external_node_http_.createServer({ highWaterMark: READ_AHEAD }, (request, response) => {
        const finish = (status, text = '') => {
            if (response.headersSent || response.destroyed)
                return;
            // what was not read of a refused body cannot be left on the connection
            if (!request.complete)
                response.setHeader('connection', 'close');
            response.writeHead(status, { 'content-length': Buffer.byteLength(text), 'content-type': 'text/plain' });
            response.end(request.method === 'HEAD' ? undefined : text);
        };
        if (request.headers.authorization !== authorization) {
            finish(401);
            return;
        }
        answer(service, request)
            .then(({ status, text }) => finish(status, text))
            .catch((cause) => finish(server_REFUSED, cause instanceof Error ? cause.message : String(cause)));
    });
    // NARs take as long as they take; the push has limits of its own
    server.requestTimeout = 0;
    server.keepAliveTimeout = 60_000;
    server.listen(0, '127.0.0.1');
    await (0,external_node_events_.once)(server, 'listening');
    return {
        port: server.address().port,
        close: async () => {
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
        },
    };
}
async function answer(service, request) {
    const asked = whatIsAsked(request.url ?? '');
    if (request.method === 'PUT')
        return taken(await server_take(service, asked, request));
    if (request.method !== 'GET' && request.method !== 'HEAD')
        return { status: 405 };
    if (asked.kind === 'nar')
        return { status: service.hasNar(asked.name) ? 200 : 404 };
    const text = service.text(asked);
    return text === undefined ? { status: 404 } : { status: 200, text };
}
const taken = (refusal) => refusal === undefined ? { status: 200 } : { status: server_REFUSED, text: refusal };
async function server_take(service, asked, request) {
    const size = Number(request.headers['content-length'] ?? Number.NaN);
    if (Number.isNaN(size))
        return 'an upload without length';
    switch (asked.kind) {
        case 'nar':
            return service.takeNar(asked.name, size, request);
        case 'narinfo':
            if (size > NARINFO_LIMIT)
                return 'a narinfo that is too large';
            return service.takeInfo(asked.hash, (await (0,consumers_.buffer)(request)).toString());
        case 'other':
            return service.takeOther(asked.name, size, request);
        case 'cache-info':
            request.resume();
            return undefined;
        default:
            return 'no such object in a binary cache';
    }
}

;// CONCATENATED MODULE: ./build/js/push/gateway/growing.js


/** Bytes that are gathered for one write, and for one turn of an upload: each costs the same whatever its size. */
const GATHER_BYTES = 512 * 1024;
/** Bytes of the end of what came that stay in memory: an upload that keeps pace reads nothing from the disk. */
const RECENT_BYTES = 2 * 1024 * 1024;
/** A file that is read while it is still being written. */
class Growing {
    #size;
    #file;
    /** What came last, the oldest first; what is not on disk yet is always in it. */
    #recent = [];
    #filling;
    #came = 0;
    #written = 0;
    #fault;
    #isWhole = false;
    #waiting = [];
    /** @param size bytes; undefined where nobody knows yet how many come */
    constructor(file, size) {
        this.#file = file;
        this.#size = size;
    }
    get size() {
        return this.#size ?? (this.#isWhole ? this.#came : undefined);
    }
    async until(end) {
        while (this.#came < Math.min(end, this.size ?? end))
            await this.#more();
        return Math.min(end, this.size ?? end);
    }
    fill(body) {
        this.#filling = this.#take(body);
        return this.#filling;
    }
    async #take(body) {
        try {
            await this.#receive(body);
            if (this.#size !== undefined && this.#came !== this.#size)
                throw new Error(`${this.#came} of ${this.#size} bytes came`);
            this.#isWhole = true;
        }
        catch (cause) {
            this.#fault = cause instanceof Error ? cause : new Error(String(cause));
            throw this.#fault;
        }
        finally {
            this.#wake();
        }
    }
    /** Gathers one write while the one before is under way. */
    async #receive(body) {
        const failed = new AbortController();
        let gathered = [];
        let bytes = 0;
        let writing;
        const flush = async () => {
            for (; bytes > 0; body.resume()) {
                const chunks = gathered;
                [gathered, bytes] = [[], 0];
                await this.#write(chunks);
            }
        };
        // events and not a pipeline: that would cost as much as the sending itself
        body.on('data', (chunk) => {
            this.#recent.push({ at: this.#came, chunk });
            this.#came += chunk.length;
            gathered.push(chunk);
            bytes += chunk.length;
            if (bytes < GATHER_BYTES)
                return;
            this.#wake();
            if (writing !== undefined)
                body.pause();
            writing ??= flush()
                .finally(() => {
                writing = undefined;
            })
                .catch((cause) => failed.abort(cause));
        });
        await (0,external_node_stream_promises_.finished)(body, { signal: failed.signal }).catch((cause) => {
            throw failed.signal.aborted ? failed.signal.reason : cause;
        });
        await writing;
        failed.signal.throwIfAborted();
        await flush();
    }
    async #write(chunks) {
        this.#written += await writeAll(this.#file, chunks);
        const kept = this.#recent.findIndex(({ at, chunk }) => at + chunk.length > this.#written - RECENT_BYTES);
        this.#recent.splice(0, kept < 0 ? this.#recent.length : kept);
    }
    async *chunks(start, end) {
        let memory;
        for (let at = start; at < Math.min(end, this.size ?? end);) {
            const stop = await this.until(Math.min(end, at + GATHER_BYTES));
            if (this.#fault !== undefined)
                throw new SourceError(this.#fault.message);
            if (stop === at)
                return;
            let chunks = this.#inMemory(at, stop);
            if (chunks === undefined) {
                memory ??= Buffer.allocUnsafe(GATHER_BYTES);
                chunks = [await this.#onDisk(at, stop, memory)];
            }
            for (const { length } of chunks)
                at += length;
            yield chunks;
        }
    }
    /** Waits until something changes. @throws SourceError where nothing more comes */
    async #more() {
        if (this.#fault === undefined)
            await new Promise((resolve) => this.#waiting.push(resolve));
        if (this.#fault !== undefined)
            throw new SourceError(this.#fault.message);
    }
    /** Undefined where a part of it is not in memory any more. */
    #inMemory(start, end) {
        const [first] = this.#recent;
        if (first === undefined || first.at > start)
            return undefined;
        return this.#recent.flatMap(({ at, chunk }) => at < end && at + chunk.length > start ? [chunk.subarray(Math.max(0, start - at), end - at)] : []);
    }
    async #onDisk(start, end, memory) {
        const { bytesRead } = await this.#file.read(memory, 0, Math.min(end, this.#written) - start, start);
        if (bytesRead === 0)
            throw new SourceError('what was to be sent is shorter than it was');
        return memory.subarray(0, bytesRead);
    }
    async close() {
        // where all destinations gave up early, Nix is still let to bring it: it would fail otherwise
        await this.#filling?.catch(() => undefined);
        await this.#file.close();
    }
    #wake() {
        for (const resolve of this.#waiting.splice(0))
            resolve();
    }
}

;// CONCATENATED MODULE: ./build/js/push/gateway/spool.js




/** Most that lies on disk at a time, beside the half of what is free: Nix waits where uploads are slower than it. */
const spool_MOST_BYTES = 8 * 1024 ** 3;
/** Objects up to here are kept in memory, as long as all of them together have no more than the second. */
const spool_SMALL_BYTES = 64 * 1024;
const MOST_IN_MEMORY = 8 * 1024 * 1024;
/** A place for objects on their way, with a limit. An object larger than the limit is let in when it is alone. */
class Spool {
    #folder;
    #limit;
    #waiting = [];
    #used = 0;
    #inMemory = 0;
    #count = 0;
    constructor(folder, limit) {
        this.#folder = folder;
        this.#limit = limit;
    }
    /** @param limit bytes; by default at most 8 GiB and half of the free disk */
    static async open(folder, limit) {
        await (0,external_node_fs_promises_.mkdir)(folder, { mode: 0o700 });
        const disk = await (0,external_node_fs_promises_.statfs)(folder);
        return new Spool(folder, limit ?? Math.min(spool_MOST_BYTES, (disk.bavail * disk.bsize) / 2));
    }
    /** Waits for room and makes a place for one object. @param size bytes @param sha256 hex, where it is known */
    async take(size, sha256) {
        if (size <= spool_SMALL_BYTES && this.#inMemory + size <= MOST_IN_MEMORY) {
            this.#inMemory += size;
            return inMemory(size, () => {
                this.#inMemory -= size;
            });
        }
        return this.#onDisk(size, size, sha256);
    }
    /** The same for one of which only a bound is known. @param most bytes */
    async takeUpTo(most) {
        return this.#onDisk(most, undefined);
    }
    async #onDisk(room, size, sha256) {
        while (this.#used > 0 && this.#used + room > this.#limit)
            await new Promise((resolve) => this.#waiting.push(resolve));
        this.#used += room;
        this.#count += 1;
        const path = (0,external_node_path_.join)(this.#folder, `${this.#count}`);
        const release = () => {
            this.#used -= room;
            for (const wake of this.#waiting.splice(0))
                wake();
        };
        try {
            const file = await (0,external_node_fs_promises_.open)(path, 'wx+', 0o600);
            // without a name it is gone however this process ends
            await (0,external_node_fs_promises_.rm)(path);
            return onDisk(new Growing(file, size), sha256, release);
        }
        catch (cause) {
            release();
            throw cause;
        }
    }
    async close() {
        await (0,external_node_fs_promises_.rm)(this.#folder, { recursive: true, force: true });
    }
}
function inMemory(size, release) {
    const content = { kind: 'bytes', bytes: Buffer.alloc(0) };
    return {
        content,
        fill: async (body) => {
            content.bytes = await (0,consumers_.buffer)(body);
            if (content.bytes.length !== size)
                throw new Error(`${content.bytes.length} of ${size} bytes came`);
        },
        drop: async () => release(),
    };
}
const onDisk = (file, sha256, release) => ({
    content: { kind: 'file', file, ...(sha256 === undefined ? {} : { sha256 }) },
    fill: (body) => file.fill(body),
    drop: async () => {
        await file.close();
        release();
    },
});

;// CONCATENATED MODULE: ./build/js/push/gateway/gateway.js







/**
 * A binary cache on the loopback interface that `nix copy` writes to: it signs narinfos, tells Nix what need not be
 * brought, and hands everything on to the real destinations, each at its own pace.
 */
class Gateway {
    password = (0,external_node_crypto_.randomBytes)(16).toString('hex');
    #options;
    #known;
    #spool;
    #nars = new Set();
    /** NARs whose narinfo has to come before it is known which destinations lack them. */
    #held = new Map();
    #underWay = new Set();
    #server;
    #allAlike = true;
    constructor(options, spool) {
        this.#options = options;
        this.#known = new Known(options.storeDirectory);
        this.#spool = spool;
    }
    static async open(options) {
        const folder = (0,external_node_path_.join)(options.folder, `spool-${(0,external_node_crypto_.randomBytes)(6).toString('hex')}`);
        const gateway = new Gateway(options, await Spool.open(folder, options.spoolLimit));
        gateway.#server = await serve(gateway, gateway.password);
        return gateway;
    }
    /** Store URL for `nix copy`, without parameters and without the password. */
    get url() {
        return `http://127.0.0.1:${this.#server?.port}`;
    }
    /**
     * Announces paths. @param lacking for each delivery what it lacks of the closure
     * @param made paths that are made here: Nix is not to bring them
     */
    announce(closure, lacking, made = new Set()) {
        const wanted = new Set();
        for (const [delivery, facts] of lacking) {
            delivery.lacks(facts);
            for (const { path } of facts)
                wanted.add(path);
        }
        this.#allAlike &&= [...lacking.values()].every((facts) => facts.length === wanted.size || facts.length === 0);
        this.#known.announce(closure, new Set([...wanted].filter((path) => !made.has(path))));
    }
    /** Packs a path's NAR here and sends it on meanwhile. What fails is kept in the deliveries. */
    async make(facts, nar, level) {
        const to = this.#options.deliveries.filter((delivery) => delivery.isLacking(facts.path));
        const spooled = await this.#spool.takeUpTo(mostBytes(facts));
        const making = makeNar(facts, whileWanted(nar, to), level);
        const filled = spooled.fill(making.packed);
        this.#deliver(making.name, spooled, to);
        try {
            await filled;
        }
        catch (cause) {
            making.packed.destroy();
            const reason = cause instanceof Error ? cause.message : String(cause);
            for (const delivery of to)
                delivery.lose(facts.path, delivery.dead ?? reason);
            return;
        }
        const info = this.#signed(making.info());
        for (const delivery of to) {
            delivery.info(info);
            delivery.contentsFit([facts.path]);
        }
    }
    text(asked) {
        if (asked.kind === 'cache-info')
            return this.#known.cacheInfo();
        return asked.kind === 'narinfo' ? this.#known.answerFor(asked.hash) : undefined;
    }
    hasNar(name) {
        return this.#nars.has(name);
    }
    async takeNar(name, size, body) {
        if (this.#living().length === 0)
            return this.#whyDead();
        const spooled = await this.#spool.take(size, digestIn(name));
        // sent on while it still comes, except where it is not clear yet who lacks it
        const filled = spooled.fill(body);
        const isSentOn = this.#allAlike && spooled.content.kind === 'file';
        if (isSentOn)
            this.#deliver(name, spooled, this.#living());
        try {
            await filled;
        }
        catch (cause) {
            if (!isSentOn)
                await spooled.drop();
            return cause instanceof Error ? cause.message : String(cause);
        }
        this.#nars.add(name);
        if (!this.#allAlike)
            this.#held.set(name, spooled);
        else if (!isSentOn)
            this.#deliver(name, spooled, this.#living());
        return undefined;
    }
    takeInfo(hash, text) {
        let info;
        try {
            info = parseNarInfo(text);
        }
        catch (cause) {
            return cause instanceof Error ? cause.message : String(cause);
        }
        const refusal = this.#known.accept(info, hash);
        if (refusal !== undefined)
            return refusal;
        const { deliveries } = this.#options;
        const held = this.#held.get(info.url);
        if (held !== undefined) {
            this.#held.delete(info.url);
            this.#deliver(info.url, held, deliveries.filter((delivery) => delivery.isLacking(info.path)));
        }
        const ours = this.#signed(info);
        for (const delivery of deliveries)
            delivery.info(ours);
        return undefined;
    }
    #signed(info) {
        const { key } = this.#options;
        return key === undefined ? info : signed(info, key);
    }
    async takeOther(name, size, body) {
        const spooled = await this.#spool.take(size);
        await spooled.fill(body);
        this.#track(Promise.all(this.#living().map((delivery) => delivery.other(name, spooled.content))).then(() => spooled.drop()));
        return undefined;
    }
    /** Waits until everything that came is delivered or lost. @param reason why paths that are still open did not come */
    async settle(reason) {
        while (this.#underWay.size > 0)
            await Promise.all(this.#underWay);
        await Promise.all(this.#options.deliveries.map((delivery) => delivery.settle(reason)));
    }
    async close() {
        await this.#server?.close();
        await this.#spool.close();
    }
    #deliver(name, { content, drop }, to) {
        this.#track(Promise.all(to.map((delivery) => delivery.nar(name, content))).then(drop));
    }
    #track(work) {
        const tracked = work.finally(() => this.#underWay.delete(tracked));
        this.#underWay.add(tracked);
    }
    #living() {
        return this.#options.deliveries.filter((delivery) => delivery.dead === undefined && !delivery.isIdle);
    }
    #whyDead() {
        return this.#options.deliveries.map(({ dead }) => dead ?? '').join(' ') || 'no destination is left';
    }
}
/** Ends early where nobody takes it any more. */
async function* whileWanted(nar, to) {
    for await (const chunk of nar) {
        if (to.every(({ dead }) => dead !== undefined))
            throw new Error('no destination is left');
        yield chunk;
    }
}

;// CONCATENATED MODULE: ./build/js/push/gateway/large.js



/**
 * NARs from here on with which zstd has little work are made by this process and sent while they are made: Nix packs all
 * of a NAR into a file of its own before it sends the first byte. What gives zstd work is left to Nix's several threads.
 */
const LARGE_BYTES = 32 * 1024 * 1024;
/** What is packed against what it was: noise and what is packed already, and what is empty. */
const [NOISE, EMPTY] = [0.45, 0.05];
const SAMPLES = 16;
const large_SAMPLE_BYTES = 64 * 1024;
/** In a tree of more files no few of them tell what it is like. */
const MOST_FILES = 2000;
/** Forms of a content address that a narinfo takes as they are. */
const PLAIN_ADDRESS = /^(?:text|fixed(?::r)?):sha\d+:[0-9a-z]+$/;
/** The level where nothing else than zstd, with or without one, is asked for. @param parameters query of the store URL */
function ownMaking(parameters) {
    const { compression, 'compression-level': level, ...others } = Object.fromEntries(new URLSearchParams(parameters));
    const { 'parallel-compression': parallel, ...rest } = others;
    const isPlain = Object.values(rest).every((value) => /^(false|no|0)$/.test(value));
    if (compression !== 'zstd' || !isPlain)
        return undefined;
    return { level: level === undefined || level === '-1' ? undefined : Number(level) };
}
/** Those that are large enough, each content once, and can be described in a narinfo from what is known. */
function largeOnes(wanted) {
    const large = wanted.filter(({ narSize, ca }) => narSize >= LARGE_BYTES && (ca === undefined || PLAIN_ADDRESS.test(ca)));
    return [...new Map(large.map((facts) => [facts.narHash, facts])).values()];
}
/** Whether zstd packs a path as fast as it is hashed, told by samples of its files. Never throws. */
async function packsFast(path) {
    try {
        const files = await large_filesOf(path);
        const total = files.reduce((sum, { size }) => sum + size, 0);
        let [before, after] = [0, 0];
        for (const [file, at] of places(files, total)) {
            const bytes = await bytesAt(file, at);
            before += bytes.length;
            after += external_node_zlib_.zstdCompressSync(bytes).length;
        }
        const ratio = after / before;
        return ratio >= NOISE || ratio <= EMPTY;
    }
    catch {
        return false; // Nix says what is wrong with it; so does a Node without zstd
    }
}
async function large_filesOf(top) {
    const stat = await (0,external_node_fs_promises_.lstat)(top);
    if (!stat.isDirectory())
        return stat.isFile() ? [{ path: top, size: stat.size }] : [];
    const found = [];
    const folders = [top];
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
        const entries = await (0,external_node_fs_promises_.readdir)(folder, { withFileTypes: true });
        for (const entry of entries) {
            const path = (0,external_node_path_.join)(folder, entry.name);
            if (entry.isDirectory())
                folders.push(path);
            else if (entry.isFile())
                found.push({ path, size: await large_sizeOf(path) });
            if (found.length > MOST_FILES)
                return [];
        }
    }
    return found;
}
/** A name that is no UTF-8 is not found again, and adds nothing to the sample. */
const large_sizeOf = async (path) => {
    try {
        return (await (0,external_node_fs_promises_.lstat)(path)).size;
    }
    catch {
        return 0;
    }
};
/** Places at equal distances in the bytes of all files. */
function places(files, total) {
    const chosen = [];
    let [begin, next] = [0, total / SAMPLES / 2];
    for (const { path, size } of files) {
        for (; next < begin + size; next += total / SAMPLES)
            chosen.push([path, Math.floor(next - begin)]);
        begin += size;
    }
    return chosen;
}
async function bytesAt(path, at) {
    const file = await (0,external_node_fs_promises_.open)(path);
    try {
        const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(large_SAMPLE_BYTES), 0, large_SAMPLE_BYTES, at);
        return buffer.subarray(0, bytesRead);
    }
    finally {
        await file.close();
    }
}

;// CONCATENATED MODULE: ./build/js/push/gateway/nar.js


/** Bytes of a file that are read at a time. */
const READ_BYTES = 1024 * 1024;
const SEPARATOR = Buffer.from('/');
/**
 * A path of the store as a NAR (Nix src/libutil/archive.cc, dumpPath), some bytes at a time, valid until the next are
 * asked for. @throws Error where it cannot be read
 */
async function* narOf(path) {
    const memory = [Buffer.allocUnsafe(READ_BYTES), Buffer.allocUnsafe(READ_BYTES)];
    yield Buffer.concat(nar_words('nix-archive-1'));
    yield* node(Buffer.from(path), memory);
}
async function* node(path, memory) {
    const stat = await (0,external_node_fs_promises_.lstat)(path);
    if (stat.isDirectory()) {
        yield Buffer.concat(nar_words('(', 'type', 'directory'));
        const names = await (0,external_node_fs_promises_.readdir)(path, { encoding: 'buffer' });
        for (const name of names.sort(Buffer.compare)) {
            yield Buffer.concat(nar_words('entry', '(', 'name', name, 'node'));
            yield* node(Buffer.concat([path, SEPARATOR, name]), memory);
            yield Buffer.concat(nar_words(')'));
        }
    }
    else if (stat.isSymbolicLink()) {
        yield Buffer.concat(nar_words('(', 'type', 'symlink', 'target', await (0,external_node_fs_promises_.readlink)(path, { encoding: 'buffer' })));
    }
    else {
        const isProgram = (stat.mode & external_node_fs_.constants.S_IXUSR) !== 0;
        const size = Buffer.alloc(8);
        size.writeBigUInt64LE(BigInt(stat.size));
        yield Buffer.concat([...nar_words('(', 'type', 'regular', ...(isProgram ? ['executable', ''] : []), 'contents'), size]);
        yield* nar_bytesOf(path, stat.size, memory);
        yield Buffer.alloc(-stat.size & 7);
    }
    yield Buffer.concat(nar_words(')'));
}
/** Reads the next bytes while the last are used. */
async function* nar_bytesOf(path, size, memory) {
    const file = await (0,external_node_fs_promises_.open)(path);
    let reading;
    const read = async (at, into) => {
        const { bytesRead } = await file.read(into, 0, Math.min(into.length, size - at), at);
        if (bytesRead === 0)
            throw new Error(`${path} is shorter than it was`);
        return into.subarray(0, bytesRead);
    };
    try {
        for (let [at, turn] = [0, 0]; at < size; turn = 1 - turn) {
            const piece = await (reading ?? read(at, memory[0]));
            at += piece.length;
            reading = at < size ? read(at, memory[turn === 0 ? 1 : 0]) : undefined;
            reading?.catch(() => undefined); // thrown where it is waited for
            yield piece;
        }
    }
    finally {
        await reading?.catch(() => undefined);
        await file.close();
    }
}
/** Texts as NARs have them: with their length, filled up with zeros to eight bytes. */
const nar_words = (...texts) => texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    return [length, bytes, Buffer.alloc(-bytes.length & 7)];
});

;// CONCATENATED MODULE: ./build/js/push/paths/closure.js


/** With the hash as narinfos spell it. */
const asFacts = ({ path, narHash, narSize, references, signatures, deriver, ca }) => ({
    path,
    narHash: (0,hash/* toNarInfoHash */.Pl)(narHash),
    narSize,
    references,
    signatures,
    ...(deriver === undefined ? {} : { deriver }),
    ...(ca === undefined ? {} : { ca }),
});
/** Paths that `nix store verify --no-trust` found changed or could not read, from what it printed. */
function parseDamaged(stderr) {
    const found = [...stderr.matchAll(/path '([^']+)' (?:was modified|disappeared|is corrupted)/g)];
    return [...new Set(found.map((match) => match[1] ?? ''))].map(store_path/* parseStorePath */.GV);
}

;// CONCATENATED MODULE: ./build/js/push/paths/local-store.js


/**
 * Compares the contents of local paths with their hashes: `nix copy` uploads a rotten path without a look.
 * @returns what is wrong, by path
 * @throws Error where they could not be compared
 */
async function damagedPaths(runner, nix, paths) {
    const damaged = new Map();
    for (const some of slices(paths)) {
        const command = newCommand(nix, ['store', 'verify', '--no-trust', '--', ...some]);
        const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: 4 * 3600, discardStdout: true });
        if (result.exitCode === 0)
            continue;
        const found = parseDamaged(result.stderr);
        if (found.length === 0)
            throw new Error(`the local store could not be checked: ${result.stderr.trim().split('\n').slice(-3).join(' ')}`);
        for (const path of found)
            damaged.set(path, 'its content in the local store is damaged; nix-store --repair-path it');
    }
    return damaged;
}

;// CONCATENATED MODULE: ./build/js/push/caches.js











const PROGRESS_SECONDS = 15;
/** From so many paths on memory comes before speed already while the destinations are asked. */
const MANY_PATHS = 2500;
/**
 * Pushes to binary caches whose NARs are made alike, so that each NAR is made once: asks them what they have, lets
 * `nix copy` bring the rest to the gateway, adds our signature to what lacks it, and reads everything back.
 */
async function pushToCaches(runner, nix, push, destinations) {
    const began = performance.now();
    const own = push.closure.filter(({ path }) => !push.upstream.has(path));
    if (own.length > MANY_PATHS)
        saveMemory();
    const publicKey = push.request.key?.publicKey;
    const opened = await Promise.all(destinations.map((destination) => openTarget(destination, push.settings, nix.storeDirectory, own, publicKey)));
    const targets = opened.filter((target) => 'objects' in target);
    await bring(runner, nix, push, targets, own);
    const reports = await Promise.all(opened.map(async (target) => {
        const seen = 'objects' in target ? await readBack(runner, target, push.request, own) : unseen(target);
        const lines = consumerLines(target.destination, publicKey);
        const seconds = (performance.now() - began) / 1000;
        return reportOf(target.destination.shown, push, seen, seconds, lines);
    }));
    for (const { objects } of targets)
        objects.close();
    return reports;
}
/** Thousands of requests make garbage that V8 otherwise collects late: half the memory for a quarter more work. */
const saveMemory = () => (0,external_node_v8_.setFlagsFromString)('--optimize-for-size');
/** Lets Nix bring what targets lack. What fails is kept in their deliveries. */
async function bring(runner, nix, { request, closure }, targets, own) {
    const lacking = new Map(targets.map((target) => [target.delivery, lackedBy(target, own)]));
    const wanted = [...new Set([...lacking.values()].flat())];
    const url = targets[0]?.destination.url;
    if (wanted.length === 0 || url === undefined)
        return;
    saveMemory();
    const deliveries = targets.map(({ delivery }) => delivery);
    const { folder } = runner.facts;
    const gateway = await Gateway.open({ storeDirectory: nix.storeDirectory, folder, key: request.key, deliveries });
    const stop = () => {
        for (const delivery of deliveries)
            delivery.stop(CANCELLED);
    };
    runner.cancelled.addEventListener('abort', stop);
    const progress = setInterval(() => runner.log.info(progressOf(targets, wanted.length)), PROGRESS_SECONDS * 1000);
    try {
        const made = await madeHere(wanted, makingParameters(url, request.compression, 0));
        const paths = new Set(made.paths.map(({ path }) => path));
        gateway.announce(closure, lacking, paths);
        const others = wanted.filter(({ path }) => !paths.has(path));
        const checking = caches_checkContents(runner, nix, targets, others);
        const largest = others.reduce((most, { narSize }) => Math.max(most, narSize), 0);
        const silent = silenceLimit(largest, request.compression);
        const copying = caches_copyInto(runner, nix, gateway, request, makingParameters(url, request.compression, largest), silent);
        const making = makeThem(gateway, made);
        const [, reason] = await Promise.all([checking, copying, making]);
        await gateway.settle(reason ?? 'nix copy did not bring it');
    }
    finally {
        clearInterval(progress);
        runner.cancelled.removeEventListener('abort', stop);
        await gateway.close();
    }
}
/** What is packed and sent by this process, and not by Nix: large paths that zstd packs fast. */
async function madeHere(wanted, parameters) {
    const making = ownMaking(parameters);
    if (making === undefined)
        return { paths: [], level: undefined };
    const large = await Promise.all(largeOnes(wanted).map(async (facts) => ((await packsFast(facts.path)) ? [facts] : [])));
    return { paths: large.flat(), level: making.level };
}
async function makeThem(gateway, { paths, level }) {
    for (const facts of paths)
        await gateway.make(facts, narOf(facts.path), level);
}
/** Gives why Nix did not bring everything; undefined where it did. */
async function caches_copyInto(runner, nix, gateway, request, parameters, silentSeconds) {
    const netrc = `machine 127.0.0.1 login nix password ${gateway.password}\n`;
    try {
        await withSecretFile(runner, netrc, async (file) => {
            const args = gatewayCopyArguments(`${gateway.url}?${parameters}`, file, request.roots);
            await copyWithTries(runner, () => freshCommand(runner, nix, args), silentSeconds);
        });
        return undefined;
    }
    catch (cause) {
        return `nix copy: ${reasonOf(cause)}`;
    }
}
/** Runs beside the copy; narinfos wait for its result. */
async function caches_checkContents(runner, nix, targets, wanted) {
    const paths = wanted.map(({ path }) => path);
    let damaged;
    try {
        damaged = await damagedPaths(runner, nix, paths);
    }
    catch (cause) {
        damaged = new Map(paths.map((path) => [path, reasonOf(cause)]));
    }
    for (const { delivery } of targets) {
        for (const [path, reason] of damaged)
            delivery.lose(path, reason);
        delivery.contentsFit(paths.filter((path) => !damaged.has(path)));
    }
}
function progressOf(targets, wanted) {
    const each = targets.map(({ destination, delivery }) => {
        const megabytes = (delivery.bytes / 1e6).toFixed(1);
        return `${destination.shown}: ${delivery.written.size} of ${wanted} paths, ${megabytes} MB sent`;
    });
    return each.join('; ');
}

;// CONCATENATED MODULE: ./build/js/push/paths/upstream.js








/**
 * The caches whose paths are left out: those named, or all configured substituters, but never a destination itself, and
 * no substituter in the folder for temporary files of the job (the Actions cache is one): nobody else can reach it.
 * @param temporary that folder
 */
function upstreamCaches(wish, substituters, destinations, temporary) {
    const targets = new Set(destinations.map(({ url }) => upstream_place(url)));
    const lasting = substituters.filter((url) => !upstream_place(url).startsWith(`file://${temporary}/`));
    const named = wish === 'substituters' ? lasting : (wish ?? []);
    return [...new Set(named)].filter((url) => !targets.has(upstream_place(url)));
}
const upstream_place = (url) => (0,store_url/* withoutLogin */.Gq)(url).replace(/\?.*$/s, '').replace(/\/+$/, '');
/**
 * Trusted keys that stand for a cache by the custom of their names: `cache.nixos.org-1` signs for
 * https://cache.nixos.org, `foo.cachix.org-1` for https://foo.cachix.org.
 */
function keysOf(cache, trustedKeys) {
    const host = /^https?:\/\/([^/?#:]+)/.exec(upstream_place(cache))?.[1];
    return trustedKeys.filter((key) => (0,signing_key/* keyName */.xT)(key).replace(/-\d+$/, '') === host);
}
/**
 * Paths of the closure that the caches serve: by a trusted key's signature on the local path, without a question, or
 * because the cache has their narinfo. A cache that does not answer serves nothing.
 */
async function servedUpstream(runner, caches, closure, settings) {
    const served = new Set();
    for (const cache of caches) {
        const keys = keysOf(cache, settings.trustedKeys);
        for (const facts of closure)
            if (keys.some((key) => isSignedBy(facts, key)))
                served.add(facts.path);
        const open = closure.filter(({ path }) => !served.has(path));
        for (const path of await askCache(runner, cache, open, settings))
            served.add(path);
    }
    return served;
}
async function askCache(runner, cache, closure, settings) {
    const parsed = (0,store_url/* parseDestination */.G2)(cache);
    if ('problem' in parsed || closure.length === 0)
        return [];
    let objects;
    try {
        const there = await openObjects(parsed, settings, BRIEF_PATIENCE);
        objects = there;
        if (there === undefined)
            return [];
        const found = await (0,parallel/* inParallel */.HN)(there.lookups, closure, async ({ path }) => {
            const text = await there.read(`${(0,store_path/* storeHash */.YE)(path)}.narinfo`);
            return text !== undefined && parseNarInfo(text.toString()).path === path ? [path] : [];
        });
        return found.flat();
    }
    catch (cause) {
        runner.log.warning(`skip-upstream: ${parsed.shown} could not be asked, so its paths are pushed: ${reasonOf(cause)}`);
        return [];
    }
    finally {
        objects?.close();
    }
}

;// CONCATENATED MODULE: ./build/js/push/ssh/ssh.js







/** Pushes to a store behind SSH: brings what it lacks, signs what was there without our signature, and looks again. */
async function pushOverSsh(runner, nix, push, destination) {
    const began = performance.now();
    const { request, closure } = push;
    const paths = closure.map(({ path }) => path);
    let seen;
    try {
        const damaged = await damagedPaths(runner, nix, paths);
        const [first] = damaged;
        if (first !== undefined)
            throw new Error(`${first[0]}: ${first[1]}`);
        const before = await heldOverSsh(runner, nix, destination, paths);
        await copyOverSsh(runner, nix, request, destination, closure);
        const unsigned = destination.scheme === 'ssh-ng' ? unsignedIn(before, push) : [];
        const failure = unsigned.length === 0 || request.key === undefined
            ? undefined
            : await signOverSsh(runner, nix, request.key, destination, unsigned);
        const after = request.verify === 'none' ? undefined : await heldOverSsh(runner, nix, destination, paths);
        seen = seenOverSsh(push, destination, { before, unsigned, failure, after });
    }
    catch (cause) {
        seen = { before: new Set(), after: new Map(), faults: new Map(), verified: 0, reason: reasonOf(cause) };
    }
    const lines = consumerLines(destination, request.key?.publicKey);
    // over SSH the other side fetches what it can from its own substituters, and has everything in the end
    return reportOf(destination.shown, { ...push, upstream: new Set() }, seen, (performance.now() - began) / 1000, lines);
}
/** Paths that are there as they are here, but without our signature. */
function unsignedIn(held, { request, closure }) {
    const publicKey = request.key?.publicKey;
    if (publicKey === undefined)
        return [];
    return closure.filter((facts) => {
        const found = held.get(facts.path);
        if (found === undefined)
            return false;
        const there = asFacts(found);
        return fingerprint(there) === fingerprint(facts) && !isSignedBy(there, publicKey);
    });
}
function seenOverSsh({ request, closure }, { scheme }, { before, unsigned, failure, after }) {
    const { key } = request;
    const why = failure === undefined ? '' : `, and it could not be added: ${failure}`;
    const noSignature = `our signature is not on it${why}`;
    const faults = new Map(failure === undefined ? [] : unsigned.map(({ path }) => [path, noSignature]));
    for (const { path } of after === undefined ? [] : closure) {
        const found = after?.get(path);
        if (found === undefined)
            faults.set(path, 'it is not there');
        // the old protocol does not tell signatures
        else if (scheme === 'ssh-ng' && key !== undefined && !isSignedBy(asFacts(found), key.publicKey))
            faults.set(path, noSignature);
    }
    const copies = closure.map((facts) => {
        const found = after?.get(facts.path) ?? before.get(facts.path);
        const signatures = key === undefined ? facts.signatures : [...facts.signatures, (0,signing_key/* signText */.X8)(key.secret, fingerprint(facts))];
        const copy = { bytes: facts.narSize, signatures: found?.signatures ?? signatures };
        return [facts.path, copy];
    });
    const changed = new Set(unsigned.map(({ path }) => path));
    const verified = after === undefined ? 0 : closure.length - faults.size;
    return {
        before: new Set([...before.keys()].filter((path) => !changed.has(path))),
        after: new Map(copies),
        faults,
        verified,
    };
}

;// CONCATENATED MODULE: ./build/js/push/closures.js










/**
 * Pushes the closures of all roots to every destination and reads them back from there. What fails is reported, by
 * path, and not thrown. @param reached paths known to be at every destination, which are not asked for again
 * @throws CommandError where a root is not in the store, UserError where the job is cancelled
 */
async function pushClosures(runner, nix, request, reached = new Set()) {
    if (request.destinations.length === 0 || request.roots.length === 0)
        return [];
    return await unlessCancelled(runner.cancelled, pushAll(runner, nix, request, reached));
}
async function pushAll(runner, nix, request, reached) {
    const [settings, infos] = await Promise.all([
        readSettings(runner, nix),
        pathInfos(runner.commands, nix, request.roots, { recursive: true }),
    ]);
    const closure = infos.map(asFacts);
    const temporary = (0,external_node_path_.dirname)(runner.facts.folder);
    const caches = upstreamCaches(request.skipUpstream, settings.substituters, request.destinations, temporary);
    const upstream = await servedUpstream(runner, caches, closure.filter(({ path }) => !reached.has(path)), settings);
    if (upstream.size > 0)
        runner.log.info(`${upstream.size} of ${closure.length} paths are served by ${caches.join(', ')}`);
    const push = { request, settings, closure, upstream: new Set([...upstream, ...reached]) };
    const reports = new Map();
    for (const alike of groups(request)) {
        const [first] = alike;
        if (first === undefined)
            continue;
        const overSsh = first.scheme === 'ssh' || first.scheme === 'ssh-ng';
        const done = overSsh ? [await pushOverSsh(runner, nix, push, first)] : await pushToCaches(runner, nix, push, alike);
        for (const [n, report] of done.entries())
            reports.set(alike[n] ?? first, report);
    }
    // what is not read back may be signed by the server
    const seen = request.verify === 'none' ? [] : [...reports.values()];
    for (const text of seen.flatMap((report) => describeUnsigned(report, closure) ?? []))
        runner.log.notice(text);
    return request.destinations.flatMap((destination) => reports.get(destination) ?? []);
}
/** Destinations that one `nix copy` serves; each store behind SSH is one of its own. */
function groups({ destinations, compression }) {
    const alike = new Map();
    for (const destination of destinations) {
        const isSsh = destination.scheme.startsWith('ssh');
        const name = isSsh ? destination.url : makingParameters(destination.url, compression, 0);
        alike.set(name, [...(alike.get(name) ?? []), destination]);
    }
    return [...alike.values()];
}

;// CONCATENATED MODULE: ./build/js/push/live.js



/** Lets builds that end in the same moment share one push. */
const GATHER_SECONDS = 3;
/**
 * Pushes paths as they are built, so that a job that is killed keeps what it made. What fails is only logged: the push
 * at the end looks at the destinations anew, brings what is missing and makes the report.
 */
function startPushing(runner, nix, request) {
    const queue = new Set();
    const done = new Set();
    const stop = new AbortController();
    let working;
    const work = async () => {
        while (queue.size > 0 && !stop.signal.aborted) {
            await (0,promises_.setTimeout)(GATHER_SECONDS * 1000, undefined, { signal: stop.signal }).catch(() => undefined);
            if (stop.signal.aborted)
                break;
            const roots = [...queue];
            queue.clear();
            await pushSome(runner, nix, { ...request, roots, verify: 'none' }, done);
        }
        working = undefined;
    };
    return {
        built: (paths) => {
            for (const path of paths)
                if (!done.has(path))
                    queue.add(path);
            if (!stop.signal.aborted)
                working ??= work();
        },
        finish: async () => {
            stop.abort();
            await working;
        },
    };
}
async function pushSome(runner, nix, request, done) {
    try {
        const reports = await pushClosures(runner, nix, request, done);
        for (const path of reachedAll(reports))
            done.add(path);
        const sent = reports.flatMap(({ paths }) => paths).filter(({ status }) => status === 'pushed').length;
        if (sent > 0)
            runner.log.info(`Pushed while building: ${sent} paths`);
        for (const { destination, reason } of reports)
            if (reason !== undefined)
                runner.log.info(`${destination}: ${reason}; tried again at the end`);
    }
    catch (cause) {
        runner.log.info(`A push while building failed and is made up for at the end: ${reasonOf(cause)}`);
    }
}
/** Paths that are at every destination, or served upstream. */
function reachedAll(reports) {
    const missing = new Set(reports.flatMap(({ paths }) => paths.filter(({ status }) => status === 'failed')).map(({ path }) => path));
    const all = new Set(reports.flatMap(({ paths }) => paths.map(({ path }) => path)));
    return [...all].filter((path) => !missing.has(path));
}

;// CONCATENATED MODULE: ./build/js/push/push.js








/**
 * Tries the destinations before the build, where this run may push. @throws UserError naming every destination that
 * will not do, unless `on-push-failure` is `warn`
 */
async function pushPreflight(runner, nix, inputs) {
    if (inputs.pushTo.length === 0) {
        runner.log.info('Nothing is pushed: push-to names no destination');
        return;
    }
    for (const { url } of inputs.pushTo)
        for (const secret of (0,store_url/* secretsOf */.Fj)(url))
            runner.log.mask(secret);
    if (inputs.dryRun)
        return;
    const decision = await mayPush(runner);
    if (!decision.push) {
        runner.log.notice(decision.reason);
        return;
    }
    const problems = await preflight(runner, nix, inputs.pushTo, inputs.signingKey);
    if (problems.length === 0)
        return;
    const text = problems.map((problem) => problem.text).join('\n');
    if (inputs.onPushFailure === 'fail')
        throw new runner_errors/* UserError */.yo(`Nothing is built, since it could not be pushed.\n${text}`);
    runner.log.warning(text, { title: 'Push destinations' });
}
/**
 * Begins to push what is built while it is built, where `push-when` is `built` and this run may push; otherwise what
 * is given is ignored. `pushBuilt` comes after `finish` in any case.
 */
async function startPush(runner, nix, inputs, doubtful) {
    const isWanted = inputs.pushTo.length > 0 && inputs.pushWhen === 'built' && !inputs.dryRun && doubtful.length === 0;
    if (!isWanted || !(await mayPush(runner)).push)
        return { built: () => undefined, finish: async () => undefined };
    return startPushing(runner, nix, wishOf(inputs));
}
const wishOf = (inputs) => ({
    destinations: inputs.pushTo,
    key: inputs.signingKey,
    compression: inputs.compression,
    skipUpstream: inputs.skipUpstream,
});
/** Pushes the closures of everything that was built. One report for each destination; a failure is in it, not thrown. */
async function pushBuilt(runner, nix, inputs, results, doubtful = []) {
    if (inputs.pushTo.length === 0 || inputs.dryRun)
        return [];
    if (doubtful.length > 0)
        return inputs.pushTo.map(({ shown }) => ({ ...push_skipped(shown, describeDoubt(doubtful)), status: 'failed' }));
    const decision = await mayPush(runner);
    const roots = [...new Set(results.flatMap(realisedPaths))];
    const why = decision.push ? (roots.length === 0 ? 'nothing was built' : undefined) : decision.reason;
    if (why !== undefined) {
        runner.log.info(why);
        return inputs.pushTo.map(({ shown }) => push_skipped(shown, why));
    }
    return await pushClosures(runner, nix, { ...wishOf(inputs), roots, verify: inputs.verify });
}
/** What came out of a cache for which nobody vouches is never pushed (docs/threat-model.md). */
function describeDoubt(paths) {
    const what = `${paths[0]}${paths.length > 1 ? ` and ${paths.length - 1} more` : ''}`;
    return `${what} came from an Actions cache that nobody vouches for, by an earlier step without signing-key. Give that step the same signing-key, or cache: false`;
}
const push_skipped = (destination, reason) => ({
    destination,
    status: 'skipped',
    reason,
    paths: [],
    seconds: 0,
    verified: 0,
    consumerLines: [],
});
async function mayPush(runner) {
    const { env } = runner.facts;
    return decidePush(eventFacts(env, await eventPayload(env.GITHUB_EVENT_PATH)));
}
async function eventPayload(path) {
    if (path === undefined || path === '')
        return undefined;
    try {
        return JSON.parse(await (0,external_node_fs_promises_.readFile)(path, 'utf8'));
    }
    catch {
        // a local run has no event; then nothing comes from a stranger
        return undefined;
    }
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
    const [, base64] = (0,hash/* sriOf */.wM)(wanted)?.split('-') ?? [];
    if (base64 === undefined)
        return undefined;
    const bytes = Buffer.from(base64, 'base64');
    const hex = bytes.toString('hex');
    // base 64 is part of the SRI form, and of `sha256:<base 64>`; Nix takes it without its padding, and large digits in hex
    return {
        texts: [base64.replace(/=+$/, ''), hex, hex.toUpperCase(), (0,base32/* toBase32 */.a)(bytes)],
        zero: bytes.every((byte) => byte === 0),
    };
}

;// CONCATENATED MODULE: ./build/js/report/checkout.js



const checkout_MOST_FILES = 5000;
const LARGEST_FILE = 1024 * 1024;
/** What Nix reads, and what is made to hold nothing but a hash (`go.mod.sri`, `vendor-hash.txt`). */
const READ = /\.(?:nix|json|lock|toml|ya?ml|sri|sha256|sha512|hash|txt)$/;
const SKIPPED = new Set(['.git', 'node_modules', 'target', 'dist']);
/** Of a flake that is not on this machine. */
const NO_CHECKOUT = { placesOf: () => [], placeIn: () => undefined };
/** @param url as `nix flake metadata` gives it @param workspace folder of the job's checkouts */
function openCheckout(url, workspace) {
    const folder = checkoutFolder(url);
    if (folder === undefined)
        return NO_CHECKOUT;
    return {
        placesOf: ({ name, wanted }) => placesOfHash(checkedOutFiles(folder, workspace), wanted, name),
        placeIn: (error) => {
            // as explain.ts writes places; of a Git checkout the newer Nix names the file itself, not its copy in the store
            for (const [, named = '', number] of error.matchAll(/ \(([^()\n]+):(\d+):\d+\)/g)) {
                const path = (0,external_node_path_.resolve)(folder, named);
                const file = fromWorkspace(path, workspace);
                const lines = file === undefined ? 0 : (checkout_textOf(path)?.split('\n').length ?? 0);
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
    let left = checkout_MOST_FILES;
    for (const path of filesBelow(folder)) {
        if (left-- === 0)
            return;
        const text = checkout_textOf(path);
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
function checkout_textOf(path) {
    try {
        return (0,external_node_fs_.lstatSync)(path).size > LARGEST_FILE ? undefined : (0,external_node_fs_.readFileSync)(path, 'utf8');
    }
    catch {
        return undefined;
    }
}

;// CONCATENATED MODULE: ./build/js/report/annotations.js



/** GitHub drops what a step annotates beyond ten errors (actions/toolkit: docs/problem-matchers.md). */
const annotations_MOST_ERRORS = 10;
const LAST_LINES = 5;
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
    const warnings = [...push.filter(({ level }) => level === 'warning'), ...noteAnnotations(results)].slice(0, annotations_MOST_ERRORS);
    const all = builds.length + pushErrors.length;
    if (all <= annotations_MOST_ERRORS)
        return [...builds, ...pushErrors, ...warnings];
    // the last one counts the rest, and one of each kind is told
    const shown = [...builds.slice(0, annotations_MOST_ERRORS - 1 - Math.min(1, pushErrors.length)), ...pushErrors].slice(0, annotations_MOST_ERRORS - 1);
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
    const tail = log.length === 0 ? [] : ['The log ends with:', ...log.slice(-LAST_LINES).map((line) => `  ${line}`)];
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
    const got = (0,hash/* sriOf */.wM)(mismatch.got) ?? mismatch.got;
    const [first, ...others] = places;
    if (first === undefined)
        return { text: [`The right hash: ${got}`], where: {} };
    const rest = others.slice(0, annotations_MOST_ERRORS).map(({ file, line }) => `${file}:${line}`);
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
    const names = results.slice(0, annotations_MOST_ERRORS).map(({ plan }) => `${plan.package} for ${plan.target.name}`);
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
    const text = (0,log_text/* plainText */.wh)(lines.join('\n')).replace(/[&<>]/g, reference);
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
const oneLine = (text) => (0,log_text/* plainText */.wh)(text).replace(/\s+/g, ' ').trim();
/** A word for a POSIX shell, quoted where it must be. */
const shellWord = (word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

;// CONCATENATED MODULE: ./build/js/report/consumer.js


const MOST_COMMANDS = 20;
/** What a consumer of the pushed closures needs: lines for nix.conf, and how each result is asked for. */
function consumerSection({ pushes, results, flake }) {
    const lines = nixConf(pushes);
    const commands = crossCommands(results, flake.shared);
    if (lines.length === 0 && commands.length === 0)
        return '';
    const conf = lines.length === 0 ? [] : ['A machine that uses this cache has in its nix.conf:', preformatted(lines)];
    const cross = commands.length === 0 ? [] : [EXPLANATION, preformatted(commands)];
    return ['### How to use the result', ...conf, ...cross].join('\n\n');
}
const EXPLANATION = `What was cross-compiled has other store paths than ${code('nix build')} on the target itself would ask for. Each of these gets it from a cache that has it; the manifest has all paths.`;
/** The consumer lines of all destinations, values of one setting joined. */
function nixConf(pushes) {
    const settings = new Map();
    for (const line of pushes.filter(({ status }) => status === 'ok').flatMap(({ consumerLines }) => consumerLines)) {
        const [, name, values] = /^([\w-]+)\s*=\s*(.*)$/.exec(line) ?? [];
        if (name === undefined || values === undefined)
            continue;
        const words = settings.get(name) ?? new Set();
        for (const word of values.split(/\s+/))
            words.add(word);
        settings.set(name, words);
    }
    return [...settings].map(([name, words]) => `${name} = ${[...words].join(' ')}`);
}
/**
 * Commands that get exactly what was cross-compiled. It has other store paths than a native build, so that `nix build` of
 * the plain attribute does not find it in the cache; the same attribute does, and the path itself.
 * @returns lines for a shell, comments among them; empty where nothing was cross-compiled
 */
function crossCommands(results, reference) {
    const cross = results.filter((result) => result.plan.choice?.strategy === 'cross' && realisedPaths(result).length > 0);
    const commands = cross.slice(0, MOST_COMMANDS).flatMap(({ plan }) => {
        const { choice } = plan;
        if (choice === undefined)
            return [];
        const paths = Object.values(choice.evaluated.outputs);
        return [
            `# ${plan.package} for ${plan.target.name}`,
            ...attributeCommand(choice, reference),
            `nix-store --realise ${paths.map(shellWord).join(' ')}`,
        ].map((line) => line.replace(/\s+/g, ' '));
    });
    const more = cross.length - MOST_COMMANDS;
    return more > 0 ? [...commands, `# … and ${more} more, in the manifest`] : commands;
}
/** By an attribute, where the flake has one for this very derivation. The other methods evaluate what no attribute says. */
function attributeCommand(choice, reference) {
    const { method, attribute, evaluated } = choice;
    if (method === 'nixos') {
        const [configuration] = /^nixosConfigurations\.(?:"[^"]*"|[^.]*)/.exec(attribute) ?? ['the configuration'];
        const setting = `nixpkgs.buildPlatform = ${JSON.stringify(evaluated.system)}`;
        return [`# with ${setting} among its modules, ${configuration} is this build on every machine`];
    }
    const own = method === 'declared' || method === 'pkgsCross';
    return own && reference !== undefined ? [`nix build ${shellWord(`${reference}#${attribute}`)}`] : [];
}
/**
 * A reference by which other machines have the same flake: that of a repository, for a clean checkout of the commit that
 * the workflow runs for.
 * @returns undefined where it is only on this machine
 */
function sharedReference({ url, revision }, env) {
    const { GITHUB_WORKSPACE: workspace, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = env;
    const [, place] = /^(?:git\+file:\/\/|path:)(\/[^?#]*)/.exec(url) ?? [];
    if (place === undefined || workspace === undefined || !`${place}/`.startsWith(`${workspace}/`))
        return url;
    if (repository === undefined || revision === undefined || revision !== commit)
        return undefined;
    const folder = /[?&](dir=[^&#]+)/.exec(url)?.[1];
    const server = env.GITHUB_SERVER_URL ?? GITHUB;
    if (server === GITHUB)
        return `github:${repository}/${revision}${folder === undefined ? '' : `?${folder}`}`;
    return `git+${server}/${repository}?${folder === undefined ? '' : `${folder}&`}rev=${revision}`;
}
const GITHUB = 'https://github.com';

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

;// CONCATENATED MODULE: ./build/js/report/manifest.js

/** Raised where a consumer of the manifest would have to change; docs/manifest.schema.json describes this version. */
const MANIFEST_VERSION = 1;
/** @param createdAt ISO 8601 */
function buildManifest(record, createdAt) {
    const { flake, installed, results, pathInfos, pushes } = record;
    const places = placesOf(pushes);
    return {
        version: MANIFEST_VERSION,
        createdAt,
        flake: { url: flake.url, revision: flake.revision ?? null, description: flake.description ?? null },
        nix: { version: installed.nix.version.text, system: installed.nix.system },
        packages: results.map(manifestPackage),
        paths: manifest_inOrder(pathInfos).map((info) => manifestPath(info, places.get(info.path) ?? [])),
        destinations: pushes.map(manifestDestination),
    };
}
const manifestPackage = ({ plan, status, seconds, closureSize, error }) => ({
    target: plan.target.name,
    system: plan.target.system,
    triple: plan.target.triple,
    package: plan.package,
    strategy: plan.choice?.strategy ?? null,
    method: plan.choice?.method ?? null,
    attribute: plan.choice?.attribute ?? null,
    reason: plan.reason,
    status,
    seconds: rounded(seconds),
    drvPath: plan.choice?.evaluated.drvPath ?? null,
    outputs: plan.choice?.evaluated.outputs ?? {},
    closureSize: closureSize ?? null,
    error: error ?? null,
});
const manifestPath = (info, places) => ({
    path: info.path,
    narHash: info.narHash,
    narSize: info.narSize,
    references: [...info.references].sort(),
    signatures: [...new Set([...info.signatures, ...places.flatMap(({ signatures }) => signatures)])],
    deriver: info.deriver ?? null,
    ca: info.ca ?? null,
    destinations: places.map(({ destination }) => destination),
});
function placesOf(pushes) {
    const places = new Map();
    for (const { destination, paths } of pushes) {
        for (const { path, status, signatures = [] } of paths) {
            if (status === 'pushed' || status === 'present')
                places.set(path, [...(places.get(path) ?? []), { destination, signatures }]);
        }
    }
    return places;
}
const manifestDestination = ({ destination, status, reason, paths, verified, consumerLines, }) => {
    const pushed = paths.filter((path) => path.status === 'pushed');
    return {
        url: destination,
        status,
        reason: reason ?? null,
        pushed: pushed.length,
        pushedBytes: pushed.reduce((sum, { bytes }) => sum + bytes, 0),
        verified,
        nixConf: consumerLines,
    };
};
/** References first, otherwise by path: a copy in this order is never broken half-way. */
function manifest_inOrder(pathInfos) {
    const done = new Set();
    const ordered = [];
    for (const start of [...pathInfos.keys()].sort()) {
        // a stack of our own: closures can be deeper than the call stack
        const stack = [{ path: start, entered: false }];
        for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
            const info = pathInfos.get(top.path);
            if (info === undefined)
                continue;
            if (top.entered)
                ordered.push(info);
            else if (!done.has(top.path)) {
                done.add(top.path);
                stack.push({ path: top.path, entered: true }, ...[...info.references].sort().map((path) => ({ path, entered: false })));
            }
        }
    }
    return ordered;
}

;// CONCATENATED MODULE: ./build/js/report/closures.js




const MOST_ROWS = 50;
const MOST_PATHS = 4;
/** The closure of all outputs of a result; undefined where it was not realised. */
function closureParts(result, { pathInfos, derivations, fetched }) {
    const found = new Map();
    const open = [...realisedPaths(result)];
    if (open.length === 0)
        return undefined;
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
        const info = pathInfos.get(path);
        if (info === undefined || found.has(path))
            continue;
        found.set(path, info);
        open.push(...info.references);
    }
    const built = new Set(derivations.filter(({ status }) => status === 'built').map(({ drvPath }) => drvPath));
    const of = (wanted) => {
        const paths = [...found.values()].filter((info) => sourceOf(info, built, fetched) === wanted);
        return { paths: paths.length, bytes: paths.reduce((sum, { narSize }) => sum + narSize, 0) };
    };
    return { paths: [...found.values()], built: of('built'), fetched: of('fetched'), reused: of('reused') };
}
const sourceOf = ({ path, deriver }, built, fetched) => fetched.has(path) ? 'fetched' : deriver !== undefined && built.has(deriver) ? 'built' : 'reused';
/** What the closures consist of, the largest first, folded. */
function closureSection(record) {
    const realised = record.results
        .filter(({ closureSize }) => closureSize !== undefined)
        .sort((a, b) => (b.closureSize ?? 0) - (a.closureSize ?? 0));
    const rows = realised.slice(0, MOST_ROWS).flatMap((result) => {
        const closure = closureParts(result, record);
        return closure === undefined || closure.paths.length < 2 ? [] : [{ result, closure }];
    });
    if (rows.length === 0)
        return '';
    const cells = rows.map(({ result: { plan, closureSize = 0 }, closure }) => [
        code(plan.target.name),
        code(plan.package),
        `${(0,units/* formatBytes */.z3)(closureSize)} in ${closure.paths.length} paths`,
        share(closure.built),
        share(closure.fetched),
        share(closure.reused),
        largest(closure.paths),
    ]);
    const more = realised.length > MOST_ROWS ? `\n\n… and ${realised.length - MOST_ROWS} smaller ones.` : '';
    const head = ['Target', 'Package', 'Closure', 'Built', 'Fetched', 'Reused', 'Largest paths'];
    return details('What the closures consist of', `${table(head, cells)}${more}`);
}
const share = ({ paths, bytes }) => (paths === 0 ? '–' : `${(0,units/* formatBytes */.z3)(bytes)} in ${paths}`);
const largest = (paths) => [...paths]
    .sort((a, b) => b.narSize - a.narSize)
    .slice(0, MOST_PATHS)
    .map(({ path, narSize }) => `${prose((0,store_path/* storeName */.Hz)(path))} (${(0,units/* formatBytes */.z3)(narSize)})`)
    .join(', ');

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
    const estimate = builds.length === 0 ? '' : `, estimated ${(0,units/* formatSeconds */.Xo)(seconds)} of work`;
    return `derivations to build: ${builds.length === 0 ? 'none' : builds.join(', ')}${fetch}${estimate}`;
}
/** A candidate in a word or two: `cross (transparent, hybrid)`. */
function title({ strategy, method, hybrid }) {
    const more = [method, hybrid === true ? 'hybrid' : undefined].filter((word) => word !== undefined);
    return more.length === 0 ? strategy : `${strategy} (${more.join(', ')})`;
}

;// CONCATENATED MODULE: ./build/js/report/tables.js




/** Nothing is left to be done for it. */
const isDone = ({ status }) => !['failed', 'skipped'].includes(status);
const MARKS = {
    built: '✅ built',
    substituted: '✅ fetched',
    cached: '✅ there already',
    planned: '📋 planned',
    failed: '❌ failed',
    skipped: '⏭️ skipped',
};
const HEAD = [
    'Status',
    'Target',
    'Package',
    'Strategy',
    'Why',
    'To build, to fetch',
    'Time',
    'Closure, change',
    'Store path, pushed to',
];
/** One row for each target and package. @param most rows at most; failures are the last to go */
function resultTable(record, most) {
    // where there are too many rows, those that failed are the ones to keep
    const { results } = record;
    const shown = results.length <= most ? results : [...results].sort((a, b) => Number(isDone(a)) - Number(isDone(b))).slice(0, most);
    const more = results.length > shown.length ? `\n\n… and ${results.length - shown.length} more; all are in the outputs.` : '';
    const pushed = pushedPlaces(record.pushes);
    return `${table(HEAD, shown.map((result) => row(result, record, pushed)))}${more}`;
}
function row(result, record, pushed) {
    const { plan, status, seconds, closureSize } = result;
    const choice = plan.choice;
    const cost = plan.candidates.find(({ chosen }) => chosen)?.cost;
    const toBuild = Object.entries(cost?.toBuild ?? {}).filter(([, number]) => number > 0);
    const work = [
        toBuild.map(([system, number]) => `${number} × ${system}`).join(', ') || 'nothing',
        ...(cost !== undefined && cost.bytesToFetch > 0 ? [(0,units/* formatBytes */.z3)(cost.bytesToFetch)] : []),
    ];
    const paths = Object.values(choice?.evaluated.outputs ?? {});
    const places = [...new Set(paths.flatMap((path) => pushed.get(path) ?? []))];
    return [
        MARKS[status],
        code(plan.target.name),
        code(plan.package),
        choice === undefined ? '–' : title(choice),
        prose(plan.reason),
        cost === undefined ? '–' : work.map(unbroken).join('<br>'),
        seconds > 0 ? unbroken((0,units/* formatSeconds */.Xo)(seconds)) : '–',
        closureSize === undefined
            ? '–'
            : [unbroken((0,units/* formatBytes */.z3)(closureSize)), ...change(result, record), ...origins(result, record)].join('<br>'),
        paths.length === 0 ? '–' : [...paths.map(code), ...places.map((place) => `→ ${code(place)}`)].join('<br>'),
    ];
}
/** Numbers with their units stay on one line: narrow columns make high rows. */
const unbroken = (text) => prose(text).replaceAll(' ', '\u00a0');
/** How much larger or smaller the closure is than in the last run. */
function change({ plan, closureSize = 0, status }, { earlierSize }) {
    const before = status === 'failed' ? undefined : earlierSize?.(plan.target.name, plan.package);
    if (before === undefined)
        return [];
    const bytes = closureSize - before;
    return [unbroken(bytes === 0 ? '± 0' : `${bytes > 0 ? '+' : '−'} ${(0,units/* formatBytes */.z3)(Math.abs(bytes))}`)];
}
/** Where the paths of the closure came from. */
function origins(result, record) {
    const parts = closureParts(result, record);
    if (parts === undefined || parts.paths.length < 2)
        return [];
    const shares = ['built', 'fetched', 'reused'].filter((name) => parts[name].paths > 0);
    return shares.map((name) => unbroken(`${parts[name].paths} ${name}`));
}
/** Path → destinations that have it. */
function pushedPlaces(pushes) {
    const places = new Map();
    for (const { destination, paths } of pushes) {
        for (const { path, status } of paths) {
            if (status !== 'failed')
                places.set(path, [...(places.get(path) ?? []), status === 'upstream' ? 'upstream' : destination]);
        }
    }
    return places;
}
/** One row for each destination. */
function pushTable(pushes) {
    if (pushes.length === 0)
        return '';
    const rows = pushes.map(({ destination, status, reason, paths, seconds, verified }) => {
        const of = (wanted) => paths.filter((path) => path.status === wanted);
        const bytes = of('pushed').reduce((sum, path) => sum + path.bytes, 0);
        const outcome = { ok: '✅', failed: '❌', skipped: '⏭️' }[status];
        return [
            outcome + (reason === undefined ? '' : ` ${prose(reason)}`),
            code(destination),
            `${of('pushed').length} (${(0,units/* formatBytes */.z3)(bytes)})`,
            String(of('present').length),
            String(of('upstream').length),
            String(verified),
            (0,units/* formatSeconds */.Xo)(seconds),
        ];
    });
    return `### Pushed\n\n${table(['', 'Destination', 'New paths', 'There already', 'Upstream has', 'Read back', 'Time'], rows)}`;
}
/** One row for each foreign system. */
function emulators({ emulators: all }) {
    if (all.length === 0)
        return '';
    const rows = all.map((emulator) => {
        const version = emulator.status === 'failed' ? '–' : prose(emulator.version ?? 'unknown');
        return [
            code(emulator.system),
            emulator.status === 'failed' ? '❌ failed' : emulator.status,
            version,
            prose(emulator.reason),
        ];
    });
    return `### Emulators\n\n${table(['System', 'Status', 'QEMU', 'What was done'], rows)}`;
}
/** What was tried and failed before what is in the table. */
function fallbacks(results) {
    const rows = results.flatMap(({ plan, attempts = [] }) => attempts.map((attempt) => [
        code(plan.target.name),
        code(plan.package),
        attempt.plan.choice === undefined ? '–' : title(attempt.plan.choice),
        plan.choice === undefined ? '–' : title(plan.choice),
        prose((attempt.error ?? '').split('\n')[0] ?? ''),
    ]));
    return rows.length === 0
        ? ''
        : `### Fell back\n\n${table(['Target', 'Package', 'Tried first', 'Then', 'Why it failed'], rows)}`;
}
/** Why the other strategies were not taken. */
function alternatives(results) {
    const rows = results.flatMap(({ plan }) => plan.candidates
        .filter(({ chosen }) => !chosen)
        .map((candidate) => [code(plan.target.name), code(plan.package), title(candidate), prose(candidate.reason)]));
    return rows.length === 0
        ? ''
        : details('Strategies that were not taken', table(['Target', 'Package', 'Strategy', 'Why not'], rows));
}

;// CONCATENATED MODULE: ./build/js/report/timeline.js

const MOST_BARS = 30;
const LONGEST_NAME = 60;
const SEVERAL = 'several targets';
/**
 * The builds of the run over time, as a Gantt chart that GitHub's Mermaid draws; '' where there are fewer than two.
 * Where there are too many, failures and then the slowest are shown.
 */
function timelineSection(derivations) {
    if (derivations.length < 2 || derivations.every(({ seconds }) => seconds <= 0))
        return '';
    const shown = [...derivations].sort(byInterest).slice(0, MOST_BARS);
    const title = shown.length === derivations.length
        ? `### Timeline of ${(0,units/* count */.U9)(shown.length, 'derivation')}`
        : `### Timeline: the ${shown.length} slowest of ${derivations.length} derivations`;
    return `${title}\n\n\`\`\`mermaid\n${ganttChart(shown)}\n\`\`\``;
}
const byInterest = (a, b) => Number(b.status === 'failed') - Number(a.status === 'failed') || b.seconds - a.seconds;
/** @param derivations some */
function ganttChart(derivations) {
    const sections = new Map();
    for (const derivation of [...derivations].sort((a, b) => a.start - b.start)) {
        const { targets } = derivation;
        const name = targets.length > 1 ? SEVERAL : plainName(targets[0] ?? 'other');
        sections.set(name, [...(sections.get(name) ?? []), derivation]);
    }
    const { unit, axis } = scaleOf(Math.max(...derivations.map(({ start, seconds }) => start + seconds)));
    // the default leaves room for short names only; 7 pixels a character are enough for this font
    const padding = 30 + 7 * Math.max(...[...sections.keys()].map((name) => name.length));
    return [
        `%%{init: {"gantt": {"leftPadding": ${padding}, "barHeight": 18, "fontSize": 12}}}%%`,
        'gantt',
        '  dateFormat x',
        `  axisFormat ${axis}`,
        ...[...sections]
            .sort(byName)
            .flatMap(([name, own]) => [`  section ${name}`, ...own.map((each) => bar(each, unit))]),
    ].join('\n');
}
/**
 * The axis shows a time of day in the zone of who looks, which is not the time of the build. `%s` and `%Q`, seconds and
 * milliseconds since 1970, are the same in all zones: so the build begins in 1970, and where it takes long, a minute of
 * it is a second there.
 * @returns milliseconds on the axis for a second
 */
function scaleOf(total) {
    if (total < 10)
        return { unit: 1000, axis: '%Q ms' };
    return total < 600 ? { unit: 1000, axis: '%s s' } : { unit: 1000 / 60, axis: '%s min' };
}
const timeline_MARKS = { built: '✔', failed: '✘', stopped: '…' };
/** What several need is the last. */
const byName = ([a], [b]) => Number(a === SEVERAL) - Number(b === SEVERAL) || (a < b ? -1 : 1);
/** The mark comes first, so that no name is taken for a keyword. */
function bar({ name, status, start, seconds }, unit) {
    const from = Math.round(start * unit);
    const to = Math.max(from + 1, Math.round((start + seconds) * unit));
    const tag = status === 'built' ? '' : 'crit, ';
    return `  ${timeline_MARKS[status]} ${plainName(name)} (${(0,units/* formatSeconds */.Xo)(seconds)}) :${tag}${from}, ${to}`;
}
/** Mermaid has no way to quote a name here that all its versions know: what could mean something is replaced. */
function plainName(name) {
    const plain = name.replace(/[^\p{L}\p{N}+._?=/-]/gu, '_') || '_';
    const characters = [...plain];
    return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME - 1).join('')}…` : plain;
}

;// CONCATENATED MODULE: ./build/js/report/summary.js







/** GitHub drops a whole summary that is larger than this. */
const LARGEST = 1024 * 1024;
/** Kept free for what other parts of the step write. */
const MARGIN = 32 * 1024;
const summary_MOST_ROWS = 1000;
const MOST_FAILURES = 100;
/** The job summary: Markdown for GitHub, below its limit. */
function renderSummary(record, largest = LARGEST - MARGIN) {
    const shapes = [
        { rows: summary_MOST_ROWS, failures: MOST_FAILURES, lines: Number.POSITIVE_INFINITY },
        { rows: summary_MOST_ROWS, failures: MOST_FAILURES, lines: 5 },
        { rows: 200, failures: 20, lines: 0 },
    ];
    for (const shape of shapes) {
        const text = within(sections(record, shape), largest);
        if (text !== undefined)
            return text;
    }
    return `${headline(record)}\n\nThe rest would be larger than GitHub takes; see the outputs and the log.\n`;
}
const sections = (record, shape) => [
    { name: 'the headline', text: `${headline(record)}\n\n${summary_origin(record)}`, uselessness: 0 },
    { name: 'the table', text: resultTable(record, shape.rows), uselessness: 0 },
    { name: 'the failures', text: failures(record.results, shape), uselessness: 0 },
    { name: 'the notes', text: notes(record.results, shape), uselessness: 0 },
    { name: 'what was tried before', text: fallbacks(record.results), uselessness: 1 },
    { name: 'what was skipped', text: summary_skipped(record.results, shape), uselessness: 1 },
    { name: 'the timeline', text: timelineSection(record.derivations), uselessness: 3 },
    { name: 'the pushes', text: pushTable(record.pushes), uselessness: 1 },
    { name: 'how to use the result', text: consumerSection(record), uselessness: 2 },
    { name: 'the emulators', text: emulators(record), uselessness: 4 },
    { name: 'what the closures consist of', text: closureSection(record), uselessness: 5 },
    { name: 'the other strategies', text: alternatives(record.results), uselessness: 6 },
];
/** @returns undefined where even the indispensable parts are too large */
function within(all, largest) {
    const byUselessness = all
        .filter(({ text, uselessness }) => text !== '' && uselessness > 0)
        .sort((a, b) => b.uselessness - a.uselessness);
    for (let left = 0; left <= byUselessness.length; left += 1) {
        const out = byUselessness.slice(0, left);
        const names = out.map(({ name }) => name).join(', ');
        const note = left === 0 ? '' : `Left out, since GitHub takes no summary above 1 MiB: ${names}.`;
        const kept = all.filter((section) => !out.includes(section)).map(({ text }) => text);
        const text = `${[...kept, note].filter((part) => part !== '').join('\n\n')}\n`;
        if (Buffer.byteLength(text) <= largest)
            return text;
    }
    return undefined;
}
function headline({ results, pushes, inputs }) {
    const done = results.filter(isDone).length;
    const failedPushes = pushes.filter(({ status }) => status === 'failed').length;
    const verb = inputs.dryRun ? 'planned (dry run)' : 'built';
    const total = (0,units/* count */.U9)(results.length, 'package');
    const what = done === results.length ? `${total} ${verb}` : `${done} of ${total} ${verb}`;
    const push = failedPushes > 0 ? `, ${(0,units/* count */.U9)(failedPushes, 'push', 'pushes')} failed` : '';
    return `## ${done === results.length && failedPushes === 0 ? '✅' : '❌'} ${what}${push}`;
}
function summary_origin({ flake, installed }) {
    const { version } = installed.nix;
    const revision = flake.revision === undefined || flake.url.includes(flake.revision) ? '' : ` at ${code(flake.revision.slice(0, 12))}`;
    const description = flake.description === undefined ? '' : ` (${prose(flake.description)})`;
    return `Flake ${code(shownUrl(flake.url))}${revision}${description}, with ${version.flavour} ${version.text}: ${prose(installed.reason)}`;
}
/** Of a folder only its path: its time and hash say nothing to a reader, and are in the manifest. */
const shownUrl = (url) => (url.startsWith('path:') ? (url.split('?')[0] ?? url) : url);
/** What several packages share is said once. */
function notes(results, { failures: most }) {
    const noted = notesOf(results);
    if (noted.length === 0)
        return '';
    const parts = noted.slice(0, most).map(({ text, packages }) => {
        const names = packages.slice(0, most).map(({ plan }) => `${code(plan.package)} for ${code(plan.target.name)}`);
        return `#### ${names.join(', ')}\n\n${preformatted(text.split('\n'))}`;
    });
    const more = noted.length > most ? [`… and ${noted.length - most} more; see the output results.`] : [];
    return ['### To be looked at', ...parts, ...more].join('\n\n');
}
/** Packages that fell with the same derivation are counted, not repeated: the table has them all. */
function failures(results, { failures: most, lines }) {
    const failed = failuresOf(results);
    if (failed.length === 0)
        return '';
    const parts = failed.slice(0, most).map((group) => {
        const [{ plan, error = 'It was not built.', log = [] }] = group;
        const tail = log.slice(-lines);
        const title = `The last ${(0,units/* count */.U9)(tail.length, 'line')} of the log`;
        const folded = lines === 0 || tail.length === 0 ? '' : `\n\n${details(title, preformatted(tail))}`;
        const others = group.length === 1 ? '' : `\n\n${prose(fallenWith(group))}`;
        return `#### ${code(plan.package)} for ${code(plan.target.name)}\n\n${preformatted(error.split('\n'))}${others}${folded}`;
    });
    const more = failed.length > most ? [`… and ${failed.length - most} more failures; see the table and the log.`] : [];
    return ['### Failures', ...parts, ...more].join('\n\n');
}
/** What was not tried. */
function summary_skipped(results, { rows }) {
    const all = results.filter(({ status }) => status === 'skipped');
    if (all.length === 0)
        return '';
    const cells = all
        .slice(0, rows)
        .map(({ plan, error = plan.reason }) => [code(plan.target.name), code(plan.package), prose(error)]);
    const more = all.length > rows ? `\n\n… and ${all.length - rows} more.` : '';
    return `### Skipped\n\n${table(['Target', 'Package', 'Why'], cells)}${more}`;
}

;// CONCATENATED MODULE: ./build/js/report/report.js









/**
 * Tells what was done: outputs of the step, the manifest file, the job summary, annotations, a last look in the log.
 * @returns whether everything that was asked for was done
 */
async function report(runner, given) {
    const record = { ...given, flake: { ...given.flake, shared: sharedReference(given.flake, runner.facts.env) } };
    const { results, pushes, inputs } = record;
    const manifest = (0,external_node_path_.join)(runner.facts.folder, 'manifest.json');
    const content = `${JSON.stringify(buildManifest(record, new Date().toISOString()), undefined, 2)}\n`;
    await runner.files.write(manifest, content);
    writeOutputs(runner, record, manifest);
    await runner.job.summary(renderSummary(record));
    for (const result of results)
        runner.log.info(resultLine(result));
    const commands = crossCommands(results, record.flake.shared);
    if (commands.length > 0)
        await runner.log.group('How to get what was cross-compiled', async () => {
            for (const command of commands)
                runner.log.info(command);
        });
    const checkout = openCheckout(record.flake.url, runner.facts.workspace);
    for (const { level, text, where } of annotationsOf(results, pushes, inputs.onPushFailure, checkout)) {
        if (level === 'error')
            runner.log.error(text, where);
        else
            runner.log.warning(text, where);
    }
    const pushed = pushes.every(({ status }) => status !== 'failed') || inputs.onPushFailure === 'warn';
    return pushed && results.every(({ status }) => status !== 'failed' && status !== 'skipped');
}
function writeOutputs({ job, log }, record, manifest) {
    const { results, pushes, installed, inputs } = record;
    const texts = outputTexts(results);
    if (texts.shortened)
        log.warning('The outputs results and plan were shortened: GitHub takes 1 MB of outputs from a job');
    const paths = pushes.flatMap((push) => push.paths);
    const number = (wanted) => String(paths.filter(({ status }) => wanted.includes(status)).length);
    const bytes = paths.filter(({ status }) => status === 'pushed').reduce((sum, path) => sum + path.bytes, 0);
    const strategies = [...new Set(results.flatMap(({ plan }) => plan.choice?.strategy ?? []))];
    job.output('results', texts.results);
    job.output('plan', texts.plan);
    job.output('store-paths', [...new Set(results.flatMap(realisedPaths))].join('\n'));
    job.output('manifest', manifest);
    job.output('strategy', inputs.targets.length === 1 && strategies.length === 1 ? (strategies[0] ?? '') : '');
    job.output('pushed-paths', number(['pushed']));
    job.output('pushed-bytes', String(bytes));
    job.output('skipped-paths', number(['present', 'upstream']));
    job.output('nix-version', installed.nix.version.text);
    job.output('nix-installed', String(installed.installed));
    job.output('cache-hit', String(record.cacheHit));
}
function resultLine(result) {
    const { plan, status, seconds } = result;
    const how = plan.choice === undefined ? '' : ` (${plan.choice.strategy})`;
    const time = seconds > 0 ? ` in ${(0,units/* formatSeconds */.Xo)(seconds)}` : '';
    const paths = realisedPaths(result);
    return `${plan.package} for ${plan.target.name}${how}: ${status}${time}${paths.length === 0 ? '' : `: ${paths.join(' ')}`}`;
}

;// CONCATENATED MODULE: ./build/js/build/log/not-found.js

/** Lines at the end of a log that can be the reason of the failure. */
const LAST = 3;
/**
 * What bash, dash, busybox and make say of a program that is nowhere on PATH. A name with a folder may be one whose loader is
 * missing, which an emulator brings along.
 */
const NOT_FOUND = [
    /(?:^|: )[\w.+-]+: command not found$/,
    /(?:(?:^|\/)sh|: (?:line )?\d+): [\w.+-]+: not found$/,
    /^make(?:\[\d+\])?: [\w.+-]+: No such file or directory$/,
];
/** Whether a build ended because a program is not on PATH, where an emulator would not put it either. @param log its last lines */
const lacksProgram = (log) => log.slice(-LAST).some((line) => NOT_FOUND.some((message) => message.test(line.trim()))) &&
    !log.some((line) => readForeignRun(line, undefined) !== undefined);

;// CONCATENATED MODULE: ./build/js/build/attempts.js

/**
 * Builds all plans. Where one of a target with strategy `auto` fails and another way is left, that is built in its
 * place: cross, then cross with an emulator, then emulated. What was tried before is kept in `attempts` of the result.
 */
async function buildInTurns(plans, turns) {
    const pathInfos = new Map();
    const derivations = [];
    const fetched = new Set();
    const tries = plans.map(() => []);
    const failures = [];
    let latest = plans;
    let open = plans.map((plan, index) => ({ plan, index }));
    while (open.length > 0) {
        const built = await turns.build(open.map(({ plan }) => plan));
        for (const [path, info] of built.pathInfos)
            pathInfos.set(path, info);
        derivations.push(...built.derivations);
        for (const path of built.fetched)
            fetched.add(path);
        for (const [place, { index }] of open.entries())
            tries[index]?.push(built.results[place]);
        const failed = built.results.filter(mayFallBack);
        failures.push(...failed.map((result) => asFailure(result, turns.hasEmulator(result.plan))));
        if (failed.length > 0)
            latest = await turns.replan(failures);
        open = failed.length === 0 ? [] : nextTurns(tries, latest, turns);
    }
    const results = tries.map((each, index) => lastWord(each, latest[index]));
    return { results, pathInfos, derivations: sinceFirst(derivations), fetched };
}
function sinceFirst(derivations) {
    const first = Math.min(...derivations.map(({ start }) => start));
    return derivations.map((derivation) => ({ ...derivation, start: derivation.start - first }));
}
/** What gets another turn: what failed and has another way, and with it what was not built because of that. */
function nextTurns(tries, next, turns) {
    const all = tries.flatMap((results, index) => {
        const [last, plan] = [results.at(-1), next[index]];
        return last === undefined || plan?.choice === undefined ? [] : [{ last, plan, index }];
    });
    const again = all.filter(({ last, plan }) => mayFallBack(last) && !isSameWay(last.plan, plan));
    for (const { last, plan } of again)
        turns.fallingBack(last, plan);
    const unbuilt = again.length === 0 ? [] : all.filter(({ last }) => last.status === 'skipped');
    return [...again, ...unbuilt];
}
/** The last try, with those before it that failed; where no way was left, with why the others could not be had. */
function lastWord(tries, final) {
    const attempts = tries.slice(0, -1).filter(({ status }) => status === 'failed');
    const last = tries.at(-1);
    const never = mayFallBack(last) && final !== undefined ? waysNotTried(final) : [];
    return {
        ...last,
        ...(never.length === 0 ? {} : { error: [last.error, `No other way is left: ${never.join('; ')}`].join('\n') }),
        ...(attempts.length === 0 ? {} : { attempts }),
    };
}
const waysNotTried = ({ candidates }) => candidates.flatMap(({ strategy, method, hybrid, reason }) => {
    const name = [method === undefined ? strategy : `${strategy} ${method}`, hybrid === true ? ' with an emulator' : ''];
    return reason.startsWith(FAILED_NOW) ? [] : [`${name.join('')}: ${reason}`];
});
/** Troubles of the machine and its surroundings, which are the same whichever way is taken. */
const OF_THE_MACHINE = ['disk', 'daemon', 'rights', 'trust', 'setting'];
/** The same, where no derivation was at fault: what caches do. */
const OF_THE_CACHES = ['network', 'corrupt', 'signature'];
/** Its build failed, or gave files for another system: no smoke test, nothing that a workflow has decided, not the machine. */
function mayFallBack({ plan, status, closureSize, notForTarget, category, culprit }) {
    const hasFailed = status === 'failed' && (closureSize === undefined || notForTarget === true);
    const elsewhere = OF_THE_MACHINE.includes(category) || (culprit === undefined && OF_THE_CACHES.includes(category));
    return hasFailed && plan.choice !== undefined && plan.target.strategy === 'auto' && !elsewhere;
}
function isSameWay({ choice: before }, { choice }) {
    const same = before?.evaluated.drvPath === choice?.evaluated.drvPath && before?.strategy === choice?.strategy;
    return same && before?.hybrid === choice?.hybrid;
}
const FAILED_NOW = 'it failed in this run';
/** A feature that this machine lacks, or more time than build-timeout allows. */
const SAME_WITH_EMULATOR = ['feature', 'timeout'];
/** The failure as a fact for the next choice. */
function asFailure({ plan, culprit, notForTarget = false, category, log = [], error = '' }, emulator) {
    const { strategy, method, hybrid = false, evaluated } = plan.choice;
    return {
        target: plan.target.name,
        package: plan.package,
        strategy,
        method,
        drvPath: evaluated.drvPath,
        // A remote builder had none of this machine's emulators; and none would have changed some failures.
        emulator: strategy === 'emulated' ||
            hybrid ||
            (strategy === 'cross' && emulator) ||
            notForTarget ||
            SAME_WITH_EMULATOR.includes(category) ||
            lacksProgram(log),
        culprit,
        reason: `${FAILED_NOW}: ${(error.split('\n')[0] ?? '').replace(/[.:]$/, '')}`,
        remembered: false,
    };
}

;// CONCATENATED MODULE: ./build/js/emulation/problem.js


/**
 * Why programs of a system cannot run under an emulator here; undefined where they can, or where nothing speaks
 * against it before it is tried.
 * @param mayRegister whether the workflow lets this run register emulators
 */
function emulationProblem(facts, mayRegister, system) {
    const known = facts.systems.find((candidate) => candidate.system === system);
    if (known !== undefined && known.runs !== 'no')
        return undefined;
    if (architectureOf(system) === undefined)
        return UNKNOWN;
    if (!mayRegister)
        return 'no emulator is registered for it, and qemu: never forbids registering one';
    return facts.obstacle;
}

;// CONCATENATED MODULE: ./build/js/strategy/builders.js

/**
 * The remote builders that a Nix may use. Never throws: where they cannot be read there are none.
 * @param setting `builders`: lines of builders; `@FILE` names a file with more
 */
async function readBuilders(setting) {
    const lines = setting.split(/[\n;]/).map((line) => line.replace(/#.*/, '').trim());
    const found = await Promise.all(lines.map(async (line) => line.startsWith('@')
        ? await readBuilders(await (0,external_node_fs_promises_.readFile)(line.slice(1), 'utf8').catch(() => ''))
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

;// CONCATENATED MODULE: ./build/js/strategy/memory.js

const NO_MEMORY = { durations: new Map(), failures: [], sizes: new Map() };
const MOST_DURATIONS = 3000;
const memory_MOST_FAILURES = 300;
const MOST_SIZES = 3000;
const FAILURES_LAST_SECONDS = 30 * 24 * 3600;
const LONGEST_REASON = 300;
/** @param flake what tells a flake from others on the same machine */
const sizeKey = (flake, target, packageName) => [flake, target, packageName].join(' ');
/** Durations as estimates take them. */
const durationsOf = ({ durations }) => new Map([...durations].map(([key, { seconds }]) => [key, seconds]));
/** The failures that still say something about a flake with this nixpkgs. @param now seconds since 1970 */
const memory_failuresOf = ({ failures }, nixpkgs, now) => failures
    .filter((failure) => failure.nixpkgs === nixpkgs && now - failure.at < FAILURES_LAST_SECONDS)
    .map(({ target, package: name, name: derivation, strategy, method, emulator, reason, at }) => ({
    target,
    package: name,
    derivation,
    strategy,
    method,
    drvPath: '',
    emulator,
    culprit: undefined,
    remembered: true,
    reason: `it failed on ${new Date(at * 1000).toISOString().slice(0, 10)} with the same nixpkgs: ${reason}`,
}));
/** Adds what a run has learnt. @param now seconds since 1970 */
function learn(memory, { built, failed, worked, sizes }, now) {
    const durations = new Map(memory.durations);
    for (const { name, emulated, seconds } of built) {
        durations.set(durationKey(name, emulated), { seconds: Math.round(seconds * 10) / 10, at: now });
    }
    const fresh = failed.map((failure) => ({ ...failure, reason: failure.reason.slice(0, LONGEST_REASON), at: now }));
    const over = [...fresh, ...worked];
    const kept = memory.failures.filter((old) => now - old.at < FAILURES_LAST_SECONDS && !over.some((each) => sameWay(each, old)));
    const measured = new Map(memory.sizes);
    for (const [key, bytes] of sizes)
        measured.set(key, { bytes, at: now });
    return {
        durations: newest(durations, MOST_DURATIONS),
        failures: [...fresh, ...kept].slice(0, memory_MOST_FAILURES),
        sizes: newest(measured, MOST_SIZES),
    };
}
const newest = (all, most) => new Map([...all].sort(([, a], [, b]) => b.at - a.at).slice(0, most));
const sameWay = (a, b) => a.target === b.target &&
    a.package === b.package &&
    a.strategy === b.strategy &&
    a.method === b.method &&
    a.emulator === b.emulator;
/** The newer of two, entry by entry. */
function mergeMemories(a, b) {
    const failures = [...a.failures, ...b.failures].sort((x, y) => y.at - x.at);
    return {
        durations: younger(a.durations, b.durations),
        sizes: younger(a.sizes, b.sizes),
        failures: failures.filter((each, index) => failures.findIndex((other) => sameWay(each, other)) === index),
    };
}
function younger(a, b) {
    const merged = new Map(a);
    for (const [key, value] of b)
        if (value.at >= (merged.get(key)?.at ?? 0))
            merged.set(key, value);
    return merged;
}
const printMemory = ({ durations, failures, sizes }) => `${JSON.stringify({ version: 1, durations: Object.fromEntries(durations), failures, sizes: Object.fromEntries(sizes) })}\n`;
/** Reads what another run wrote. Anything else is as good as nothing: a memory only saves time. */
function parseMemory(text) {
    try {
        const { version, durations, failures, sizes } = JSON.parse(text);
        if (version !== 1 || !Array.isArray(failures))
            return NO_MEMORY;
        return {
            durations: memory_entriesOf(durations, 'seconds'),
            sizes: memory_entriesOf(sizes, 'bytes'),
            failures: failures.filter(isFailure),
        };
    }
    catch {
        return NO_MEMORY;
    }
}
/** The entries that have a quantity under this name, and a time. */
function memory_entriesOf(values, quantity) {
    const isEntry = (value) => {
        const { [quantity]: amount, at } = (value ?? {});
        return typeof amount === 'number' && amount >= 0 && Number.isFinite(amount) && typeof at === 'number';
    };
    return new Map(Object.entries((values ?? {})).filter(([, value]) => isEntry(value)));
}
function isFailure(value) {
    const failure = (value ?? {});
    const texts = ['target', 'package', 'name', 'nixpkgs', 'strategy', 'reason'].map((key) => failure[key]);
    return (texts.every((text) => typeof text === 'string') &&
        ['string', 'undefined'].includes(typeof failure.method) &&
        typeof failure.emulator === 'boolean' &&
        typeof failure.at === 'number');
}

;// CONCATENATED MODULE: ./build/js/rounds.js










const systemsOf = (inputs) => [
    ...new Set(inputs.targets.map((target) => target.system)),
];
/** What the machine executes, as the planner asks it. */
async function machineOf(emulation, inputs, installed, emulators) {
    const others = emulation.systems.filter(({ system, runs }) => runs === 'native' && system !== emulation.machine);
    const native = [
        ...(emulation.machine === undefined ? [] : [emulation.machine]),
        ...others.map(({ system }) => system),
    ];
    return {
        native,
        platforms: [...native, ...installed.platforms],
        features: [...installed.features, ...((0,external_node_fs_.existsSync)('/dev/kvm') ? ['kvm'] : [])],
        emulationProblem: (system) => emulationProblem(emulation, inputs.qemu !== 'never', system),
        emulatorServes: (system) => emulation.systems.some((each) => each.system === system && each.runs === 'emulated'),
        async emulate(systems) {
            await emulators.register(systems);
            const problems = emulators.problems();
            await emulators.allow(systems.filter((system) => !problems.has(system)));
            return problems;
        },
        builders: await readBuilders(installed.builders),
    };
}
/** @param machine see machineOf */
function openRounds(runner, nix, inputs, machine, planner, emulators) {
    const derivations = new Map();
    const rounds = [];
    let begun = 0;
    const prepare = async (plans) => {
        // QEMU is for Linux programs; those of other systems are started by name (build/launcher.ts).
        const foreign = executedSystems(plans, inputs).filter((system) => isForeign(system, machine.native) && system.endsWith('-linux'));
        if (foreign.length > 0)
            await runner.log.group('Emulators', () => emulators.register(foreign));
        await emulators.allow(buildPlatforms(plans, machine));
    };
    return {
        async build(plans, { vetted, tell, ahead }) {
            const fetched = await ahead;
            return await buildInTurns(plans, {
                async build(round) {
                    await prepare(round);
                    const wanted = round.flatMap(({ choice }) => choice?.evaluated ?? []);
                    for (const { drvPath, outputs } of wanted)
                        derivations.set(drvPath, Object.values(outputs));
                    const onBuilt = wanted.every(({ drvPath }) => vetted.includes(drvPath)) ? tell : () => undefined;
                    begun += 1;
                    const built = await buildPlans(runner, nix, inputs, round, {
                        ...{ cannotRun: emulators.problems(), fetched, onBuilt },
                    });
                    rounds.push(built);
                    return built;
                },
                replan: (failures) => planner.plan(failures),
                hasEmulator: ({ target: { system } }) => machine.emulatorServes(system) || isRegistered(emulators.get(system)),
                fallingBack({ plan, error = '' }, next) {
                    const [before, after] = [plan, next].map(({ choice }) => (choice === undefined ? '' : title(choice)));
                    runner.log.warning(`${plan.package} for ${plan.target.name}: ${before} failed, falling back to ${after}. ${error.split('\n')[0]}`);
                    for (const line of describePlan(next))
                        runner.log.info(line);
                },
            });
        },
        derivations: () => [...derivations.keys()],
        outputs: () => [...new Set([...derivations.values()].flat())],
        builtNothing: () => begun === rounds.length && rounds.every((round) => round.derivations.length === 0),
        lessons: (flake) => lessonsOf(rounds, planner, flake, emulators.all().some(isRegistered)),
    };
}
/** Systems whose programs the plans run on this machine. */
function executedSystems(plans, inputs) {
    const tested = inputs.smokeTest === undefined ? [] : plans.filter(({ choice }) => choice !== undefined);
    const wanted = [...plans.flatMap(emulatedSystems), ...tested.map(({ target }) => target.system)];
    return [...new Set([...wanted, ...(inputs.qemu === 'always' ? systemsOf(inputs) : [])])];
}
/** Systems other than its own for which this machine builds; not those of remote builders, and of what is fetched. */
function buildPlatforms(plans, { native }) {
    const systems = plans.flatMap((plan) => {
        const own = plan.choice?.evaluated.system;
        return [...emulatedSystems(plan), ...(own !== undefined && native.includes(own) ? [own] : [])];
    });
    return [...new Set(systems)].filter((system) => system !== native[0] && isForeign(system, []));
}
/** Builds of this machine whose time is known, and ways that failed or worked. */
function lessonsOf(rounds, planner, { nixpkgs, name: flake }, emulators) {
    const derivations = rounds.flatMap((round) => round.derivations);
    const results = rounds.flatMap((round) => round.results);
    const worked = results.filter(isBuilt).flatMap((result) => wayOf(result, nixpkgs) ?? []);
    // A failure is worth remembering where another way got further.
    const failed = results
        .filter(({ status, culprit, notForTarget }) => status === 'failed' && (culprit !== undefined || notForTarget))
        .flatMap((result) => {
        const way = wayOf(result, nixpkgs);
        if (way === undefined)
            return [];
        return result.notForTarget ? [false, true].map((emulator) => ({ ...way, emulator })) : [way];
    })
        .filter((way) => worked.some((other) => other.target === way.target && other.package === way.package));
    return {
        built: derivations
            .filter(({ status, machine }) => status === 'built' && machine === '')
            .map(({ name, seconds, drvPath }) => ({ name, seconds, emulated: planner.isEmulated(drvPath) }))
            // What is foreign and was built without an emulator was built elsewhere.
            .filter(({ emulated }) => !emulated || emulators),
        failed,
        worked,
        sizes: new Map(results.flatMap(({ plan, status, closureSize }) => closureSize === undefined || status === 'failed'
            ? []
            : [[sizeKey(flake, plan.target.name, plan.package), closureSize]])),
    };
}
function wayOf({ plan, error = '' }, nixpkgs) {
    if (plan.choice === undefined)
        return undefined;
    const { strategy, method, hybrid, evaluated } = plan.choice;
    return {
        target: plan.target.name,
        package: plan.package,
        name: evaluated.name,
        nixpkgs,
        strategy,
        ...(method === undefined ? {} : { method }),
        emulator: strategy === 'emulated' || hybrid === true,
        reason: (error.split('\n')[0] ?? '').replace(/\.$/, ''),
    };
}
const isBuilt = ({ status }) => status === 'built' || status === 'substituted';

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
    const folder = flake_folderOf(reference);
    // Nix before 2.14 does not tell a flake's folder within its source; its URL does.
    if (folder === undefined || !(0,version/* atLeast */.jZ)(nix.version, '2.14'))
        return { reference: (await read()).url, read };
    return { reference: folder, read };
}
/** A flake's own folder, where it is named by its path and nothing else, in letters that Nix takes as they are. */
function flake_folderOf(reference) {
    const folder = (0,external_node_path_.resolve)(reference);
    const isPlain = /^[./]/.test(reference) && /^[\w./+-]+$/.test(folder);
    return isPlain && (0,external_node_fs_.existsSync)((0,external_node_path_.join)(folder, 'flake.nix')) ? folder : undefined;
}
/** Fetches the flake and reads what it is. */
async function readFlake(runner, nix, reference) {
    const command = (0,nix_nix/* nixCommand */.Dv)(nix, 'nix', ['flake', 'metadata', '--json', '--no-write-lock-file', '--', reference]);
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
        if (!(0,store_path/* isStorePath */.zP)(string(output)))
            return { kind, status: 'error', error: unknownPath(string(lookup.name)) };
        outputs[name] = (0,store_path/* parseStorePath */.GV)(string(output));
    }
    const found = {
        path,
        drvPath: (0,store_path/* parseDrvPath */.r6)(string(lookup.drvPath)),
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

;// CONCATENATED MODULE: ./build/js/strategy/stand-in.js



/** The stand-in that an evaluation asked for in its error, if it did. */
function wantedStandIn(stderr) {
    const json = /nix-multiarch wants a stand-in: (\{.*\})/.exec(stderr)?.[1];
    if (json === undefined)
        return undefined;
    const wanted = JSON.parse(json);
    (0,store_path/* parseStorePath */.GV)(wanted.real.split('/').slice(0, 4).join('/'));
    const names = [wanted.name, ...wanted.entries.flatMap((entry) => entry.split('/'))];
    const plainNames = names.every((name) => /^[^/\0]+$/.test(name) && name !== '.' && name !== '..');
    return plainNames ? wanted : undefined;
}
/** Files by which a nixpkgs is imported, and what the stand-in has there. */
const entrances = {
    'pkgs/top-level/default.nix': 'import ../..\n',
    'pkgs/top-level/impure.nix': 'import ../..\n',
};
/**
 * Makes the tree: links to the real entries, with a default.nix that cross-compiles. It is made beside the views and
 * moved in whole, for another evaluation may be reading them.
 * @param views folder of the views
 */
function makeStandIn(views, wanted, build, questions) {
    const tree = (0,external_node_path_.join)(views, 'trees', wanted.name);
    if ((0,external_node_fs_.existsSync)(tree))
        return;
    const draft = (0,external_node_fs_.mkdtempSync)(`${views}-tree-`);
    const own = (0,external_node_path_.join)(draft, 'nix-multiarch');
    (0,external_node_fs_.mkdirSync)(own, { recursive: true });
    for (const file of (0,external_node_fs_.readdirSync)(views).filter((name) => name.endsWith('.nix')))
        (0,external_node_fs_.cpSync)((0,external_node_path_.join)(views, file), (0,external_node_path_.join)(own, file));
    (0,external_node_fs_.cpSync)((0,external_node_path_.join)(views, 'stand-in.nix'), (0,external_node_path_.join)(draft, 'default.nix'));
    const target = questions.find(({ platform }) => platform.name === wanted.target)?.platform;
    (0,external_node_fs_.writeFileSync)((0,external_node_path_.join)(own, 'settings.json'), JSON.stringify({ real: wanted.real, build, target, guise: wanted.guise }));
    for (const entry of wanted.entries.filter((path) => path !== 'default.nix')) {
        const path = (0,external_node_path_.join)(draft, entry);
        const entrance = entrances[entry];
        (0,external_node_fs_.mkdirSync)((0,external_node_path_.dirname)(path), { recursive: true });
        if (entrance === undefined)
            (0,external_node_fs_.symlinkSync)((0,external_node_path_.join)(wanted.real, entry), path);
        else
            (0,external_node_fs_.writeFileSync)(path, entrance);
    }
    (0,external_node_fs_.chmodSync)(draft, 0o755);
    moveInto(draft, tree);
}
/** Another evaluation of this run may have made the same tree meanwhile. */
function moveInto(draft, tree) {
    try {
        (0,external_node_fs_.renameSync)(draft, tree);
    }
    catch (error) {
        (0,external_node_fs_.rmSync)(draft, { recursive: true });
        if (!(0,external_node_fs_.existsSync)(tree))
            throw error;
    }
}

;// CONCATENATED MODULE: ./build/js/strategy/ask.js







const EVALUATION_LIMIT_SECONDS = 3600;
/** Distinct nixpkgs in the graph of one flake, times targets. */
const MOST_STAND_INS = 50;
/**
 * Asks a flake in one evaluation. Nix stops at the first error that `tryEval` cannot catch, so where that fails the
 * questions are asked one by one, and then their lookups one by one, to tell what works from what does not.
 * @param signal ends the evaluation
 * @throws UserError where the flake cannot be read at all
 */
async function askFlake(runner, nix, flake, questions, signal) {
    const ask = (some) => evaluate(runner, nix, flake, some, signal);
    const together = await ask(questions);
    if ('answers' in together)
        return together.answers;
    return await (0,parallel/* inParallel */.HN)(runner.facts.cpus, questions, (question) => askOne(ask, question));
}
async function askOne(ask, question) {
    const whole = await ask([question]);
    if ('answers' in whole && whole.answers[0] !== undefined)
        return whole.answers[0];
    const listed = await ask([{ ...question, lookups: [] }]);
    const bare = 'error' in listed && question.list !== null ? await ask([{ ...question, lookups: [], blind: true }]) : listed;
    const base = {
        ...(('answers' in bare && bare.answers[0]) || { names: [], systems: [], all: [], lookups: [] }),
        ...('error' in listed ? { listError: listed.error } : {}),
    };
    const lookups = [];
    for (const lookup of question.lookups) {
        const single = await ask([{ ...question, list: null, bare: true, lookups: [lookup] }]);
        const found = 'answers' in single ? single.answers[0]?.lookups[0] : undefined;
        lookups.push(found ?? { kind: lookup.kind, status: 'error', error: 'error' in single ? single.error : 'no answer' });
    }
    return { ...base, lookups };
}
/** One evaluation, again for each stand-in tree that the views ask for (strategy/cross/stand-ins.nix). */
async function evaluate(runner, nix, { reference, read }, questions, signal) {
    const folder = (0,external_node_fs_.mkdtempSync)((0,external_node_path_.join)(runner.facts.folder, 'ask-'));
    (0,external_node_fs_.cpSync)((0,external_node_path_.join)(runner.facts.assets, 'nix'), folder, { recursive: true });
    const request = { questions, build: nix.system, folder: /[?&]dir=([^&#]+)/.exec(reference)?.[1] ?? '' };
    (0,external_node_fs_.writeFileSync)((0,external_node_path_.join)(folder, 'request.json'), JSON.stringify(request));
    const views = viewsFolder(runner);
    const overrides = ['--override-input', 'target', reference, '--override-input', 'cross', (0,nix_nix/* pathReference */.xB)(views)];
    const command = (0,nix_nix/* evaluation */.rI)(nix, [`${(0,nix_nix/* pathReference */.xB)(folder)}#answer`, ...overrides, '--no-write-lock-file']);
    for (let tries = 0;; tries++) {
        const limits = { timeoutSeconds: EVALUATION_LIMIT_SECONDS, ...(signal === undefined ? {} : { signal }) };
        const result = await runner.commands.run(command, { accept: 'any', ...limits });
        if (result.stopped !== undefined)
            throw new runner_errors/* CommandError */.Qd(command, result);
        if (result.exitCode === 0)
            return { answers: parseAnswers(result.stdout) };
        const wanted = wantedStandIn(result.stderr);
        await read(); // what is no flake fails every evaluation, and this says why
        if (wanted === undefined || tries >= MOST_STAND_INS)
            return { error: result.stderr };
        makeStandIn(views, wanted, nix.system, questions);
    }
}
/** The folder of cross views of this run, a flake; stand-in trees are made in it. */
function viewsFolder(runner) {
    const folder = (0,external_node_path_.join)(runner.facts.folder, 'cross');
    if (!(0,external_node_fs_.existsSync)(folder)) {
        (0,external_node_fs_.cpSync)((0,external_node_path_.join)(runner.facts.assets, 'cross'), folder, { recursive: true });
        (0,external_node_fs_.mkdirSync)((0,external_node_path_.join)(folder, 'trees'));
    }
    return folder;
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
    const others = [...platform/* PLATFORMS */.P4, ...platform/* CROSS_ONLY */.U_].filter((platform) => platform.system !== system);
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

;// CONCATENATED MODULE: ./build/js/strategy/facts.js
/** Why a build that runs programs of other systems cannot be had under emulators. */
function facts_emulationProblem(cost, systems, facts) {
    const others = cost?.unemulatable ?? [];
    if (others.length > 0)
        return `it needs ${listed(others)}, whose features an emulated build does not have`;
    return systems.map(facts.emulationProblem).find((problem) => problem !== undefined);
}
const MOST_NAMES = 8;
const listed = (names) => names.length > MOST_NAMES
    ? `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`
    : names.join(', ');
/** Features that what is to be built demands and nobody offers, neither Nix here nor a remote builder. */
function featureProblem(cost, { features, builders }) {
    const offered = [...(features ?? []), ...builders.flatMap((builder) => builder.features)];
    const missing = features === undefined ? [] : (cost?.features ?? []).filter((feature) => !offered.includes(feature));
    return missing.length === 0
        ? undefined
        : `it demands the system feature ${missing.join(' and ')}, which this machine does not offer: see system-features of nix.conf`;
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
    const name = (0,store_path/* storeName */.Hz)(path).replace(/\.drv$/, '');
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
function reachable(graph, root) {
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

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./build/js/strategy/missing.js






const PLANNER_LIMIT_SECONDS = 1800;
/** Keeps a command line below the kernel's limit. */
const MOST_ARGUMENTS = 2000;
const missing_FILES_AT_ONCE = 100;
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
    const ahead = readClosure(derivations, reading.signal);
    for (const some of inChunks([...new Set(derivations)], MOST_ARGUMENTS)) {
        const missing = await dryRun(runner, nix, some, PLANNER_LIMIT_SECONDS);
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
    const graph = await readClosure(derivations);
    const complete = ![...graph.values()].includes(UNKNOWN_DERIVATION);
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
async function dryRun(runner, nix, derivations, limit) {
    // With --fallback Nix goes on without a substituter that fails.
    let ways = [[], ['--fallback'], WITHOUT_SUBSTITUTERS];
    for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
        const lines = [];
        const command = (0,nix_nix/* nixCommand */.Dv)(nix, 'nix-store', ['--realise', '--dry-run', ...way, ...derivations]);
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
    for (const some of inChunks(paths, missing_FILES_AT_ONCE)) {
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
async function readClosure(roots, signal) {
    const graph = new Map();
    for (let open = [...new Set(roots)]; open.length > 0 && signal?.aborted !== true;) {
        const read = await readGraph(open.slice(0, missing_FILES_AT_ONCE), graph);
        for (const [path, facts] of read)
            graph.set(path, facts);
        const next = [...open.slice(missing_FILES_AT_ONCE), ...[...read.values()].flatMap(({ inputs }) => inputs)];
        open = [...new Set(next)].filter((path) => !graph.has(path));
    }
    return graph;
}
function inChunks(items, size) {
    return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

;// CONCATENATED MODULE: ./build/js/strategy/shares.js

/**
 * Each derivation's share of one dry run for all of them. What has to be built for it is exact; of the bytes, which Nix
 * tells for all together, it gets as many as it has of the paths to fetch.
 * @param graph all derivations with all that they need
 */
function divide(all, roots, graph) {
    const missing = new Map(all.toBuild.map((path) => [path, graph.get(path) ?? graph_UNKNOWN_DERIVATION]));
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
    const each = await (0,parallel/* inParallel */.HN)(runner.facts.cpus, derivations, async (drvPath) => {
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
        closure: toBuild === reachable(graph, drvPath) ? built : bySystem(drvPath, graph),
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
    for (const path of reachable(graph, root)) {
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
    const wanted = `what it needs for ${listed(others)}`;
    const why = `neither the runner (${facts.native[0]}) nor a remote builder builds ${wanted}`;
    return [
        { ...native, problem: native.problem ?? why },
        {
            candidate: candidate.strategy === 'cross' ? { ...candidate, hybrid: true } : { ...candidate, strategy: 'emulated' },
            problem: native.problem ?? problem ?? facts_emulationProblem(candidate.cost, others, facts),
            merit: `QEMU builds ${wanted}${more}`,
        },
    ];
}
/** Systems of what is to be built that neither Nix here nor a remote builder builds for. */
const strangers = (cost, { platforms, builders }) => Object.keys(cost?.toBuild ?? {}).filter((system) => isForeign(system, platforms) && !builders.some(({ systems }) => systems.includes(system)));
/** Told, and no fault: a flake may have under the name of a system what runs on another. */
const forAnother = ({ system }, found) => found?.host === undefined || (0,nix_system/* sameSystem */.C)(found.host, system) ? '' : `; its result is for ${found.host}`;
/** What the flake has under the name of a system is for it, by whatever it is built. */
const misnamed = (target, found) => found?.path.includes(target.system) ? undefined : stray(target, found);
/** A path such as a NixOS configuration's is for one system, whatever the target: its programs need that one's emulator. */
function stray({ system }, found) {
    const [own, wanted] = [found?.system, system].map((each) => (0,platform/* platformOf */.tj)(each)?.elf);
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
    const isCross = found.host !== undefined && (0,nix_system/* sameSystem */.C)(found.host, target.system);
    const kind = isCross ? { strategy: 'cross', method: 'declared' } : { strategy: 'native' };
    return { candidate: { ...kind, ...candidate }, problem, merit };
}
function ownEmulationProblem(target, facts, found, { candidate }) {
    const own = found?.features.filter(isOfMachines) ?? [];
    if (own.length > 0)
        return `it needs the feature ${own.join(' and ')}, which an emulated build does not have`;
    return facts_emulationProblem(candidate.cost, [target.system], facts) ?? featureProblem(candidate.cost, facts);
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
    const needed = evaluated === undefined ? [] : reachable(graph, evaluated.drvPath);
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
    const failed = facts.failures.find((failure) => !failure.emulator && options_concerns(failure, found, method));
    if (emulated.length === 0 && failed === undefined)
        return [pure];
    const why = failed === undefined ? listed(emulated) : 'it failed without an emulator';
    const hybrid = {
        candidate: { ...pure.candidate, hybrid: true },
        problem: problem ??
            facts_emulationProblem(base.candidate.cost, [target.system], facts) ??
            featureProblem(base.candidate.cost, facts),
        merit: `${merit}; QEMU runs the ${target.system} programs that its build uses: ${why}`,
    };
    return [pure, hybrid];
}
const options_concerns = (failure, found, method) => failure.drvPath === found.drvPath || (failure.remembered && failure.method === method);
const impurity = (emulated, target) => emulated.length === 0
    ? undefined
    : `it is no pure cross build: ${emulated.length === 1 ? 'this derivation runs' : 'these derivations run'} ${target.system} programs and would have to be emulated: ${listed(emulated)}`;
/** A cross derivation is built on this machine and its result runs on the target. */
function crossProblem(target, facts, found, method) {
    if (!facts.native.includes(found.system))
        return `its derivation ${found.name} is for ${found.system}, which the runner (${facts.native[0]}) does not execute`;
    if (found.host !== undefined && !(0,nix_system/* sameSystem */.C)(found.host, target.system))
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
function choose_choose(target, packageName, facts, prefer) {
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
const choose_METHODS = ['declared', 'pkgsCross', 'overlay', 'nixos', 'transparent'];
function order(options, prefer) {
    const rank = ({ candidate: { strategy, method, hybrid } }) => {
        if (strategy === 'native')
            return 0;
        if (strategy === 'emulated')
            return prefer === 'native-paths' ? 1 : 4;
        return (hybrid === true ? 5 : 2) + choose_METHODS.indexOf(method ?? 'declared') / 10;
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

;// CONCATENATED MODULE: ./build/js/strategy/imports.js


/**
 * Whether an emulator may help an evaluation that failed: it imports from a derivation that has to be built on the target.
 * @param error what Nix printed
 */
function mayImportEmulated(system, error, machine) {
    const { category, system: wanted } = explainNix(error);
    const isImport = category === 'platform' || category === 'import-from-derivation';
    const isForeign = !machine.native.includes(system) && machine.emulationProblem(system) === undefined;
    return isImport && isForeign && wanted !== undefined && (0,nix_system/* sameSystem */.C)(wanted, system);
}
/** Whether the target's own derivation is to be had by such an evaluation: builds in it are slow. */
const isForImport = ({ target, choice }, prefer) => ['auto', 'emulated'].includes(target.strategy) &&
    (choice === undefined || (prefer === 'native-paths' && choice.strategy === 'cross'));
/** As Nix would print it. @param problem why the system cannot be emulated */
const importError = (system, problem) => `error: it imports from a derivation for ${system}, and ${problem}`;

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

;// CONCATENATED MODULE: ./build/js/strategy/views-ahead.js
/** For more packages it is likelier that what the flake says of itself is enough for some, and the work is larger. */
const MOST_AHEAD = 4;
/**
 * The views of a flake, evaluated while its own outputs still are, where the machine has a processor to spare: planning
 * takes as long as the longer of the two, not both. Dropped where it turns out that no view can win.
 */
class ViewsAhead {
    #items;
    #ask;
    #abort = new AbortController();
    #started;
    /** @param items for which the views may be wanted */
    constructor(runner, items, ask) {
        this.#items = items;
        this.#ask = ask;
        if (runner.facts.cpus < 2 || items.length === 0 || items.length > MOST_AHEAD)
            return;
        // What goes wrong here comes out when it is asked again.
        this.#started = ask(items, this.#abort.signal).catch(() => undefined);
    }
    get isUnderWay() {
        return this.#started !== undefined;
    }
    /** Answers for these, in this order. */
    async answers(items) {
        const ready = await this.#started;
        const found = items.flatMap(({ target, package: name }) => {
            const index = this.#items.findIndex((item) => item.target === target && item.package === name);
            return ready?.[index] ?? [];
        });
        return found.length === items.length ? found : await this.#ask(items);
    }
    drop() {
        this.#abort.abort();
        this.#started = undefined;
    }
}

;// CONCATENATED MODULE: ./build/js/strategy/wanted.js





/**
 * Targets × packages, `*` and `checks.{target}.*` replaced by the names of the target's packages; by those of this
 * system, where the flake does not list the target and a cross build may make them all the same.
 */
async function listWanted(runner, nix, inputs, flake, machine) {
    const lists = new Map();
    for (const wildcard of inputs.packages.filter(isWildcard))
        lists.set(wildcard, await listPackages(runner, nix, inputs.targets, flake, wildcard, machine));
    const namesFor = (wildcard, { system: wanted }) => {
        const names = lists.get(wildcard);
        const system = names?.get(wanted)?.length === 0 ? nix.system : wanted;
        const { own, foreign } = partitionNames(names?.get(system) ?? [], system);
        if (foreign.length > 0)
            runner.log.info(`packages: ${wildcard} leaves out ${foreign.join(', ')}: cross builds for other targets by their names`);
        return own.map((name) => packageText(wildcard, name));
    };
    return inputs.targets.flatMap((target) => {
        const packages = inputs.packages.flatMap((text) => (isWildcard(text) ? namesFor(text, target) : [text]));
        return [...new Set(packages)].map((name) => ({ target, package: name }));
    });
}
async function listPackages(runner, nix, targets, flake, wildcard, machine) {
    const crossed = (system) => targets.some((target) => target.system === system && ['auto', 'cross'].includes(target.strategy));
    const systems = [...new Set([...targets.map((target) => target.system), nix.system])];
    const questions = systems.map((system) => ({
        target: system,
        list: setOf(wildcard, system),
        platform: { name: system, system, triple: '', crossNames: [], plain: true },
        lookups: [],
    }));
    const ask = () => askFlake(runner, nix, flake, questions);
    let answers = await ask();
    const imported = targets.filter(({ strategy, system }) => {
        const error = answers[systems.indexOf(system)]?.listError;
        return strategy === 'emulated' && error !== undefined && mayImportEmulated(system, error, machine);
    });
    if (imported.length > 0) {
        await flake.read(); // Nix may be started anew
        const problems = await machine.emulate([...new Set(imported.map(({ system }) => system))]);
        answers = (await ask()).map((answer, index) => {
            const system = systems[index];
            const problem = answer.listError === undefined ? undefined : problems.get(system);
            return problem === undefined ? answer : { ...answer, listError: importError(system, problem) };
        });
    }
    const names = new Map(systems.map((system, index) => [system, answers[index]?.all ?? []]));
    const isEmpty = (system) => names.get(system)?.length === 0;
    const empty = [...new Set(targets.map((target) => target.system))]
        .filter(isEmpty)
        .filter((system) => isEmpty(nix.system) || !crossed(system));
    if (empty.length > 0) {
        const errors = answers.flatMap(({ listError }) => (listError === undefined ? [] : [explainBriefly(listError)]));
        const known = wildcard === '*' ? systems.filter((system) => !isEmpty(system)) : [];
        const why = [
            ...new Set(errors),
            ...(known.length === 0 ? [] : [`the flake has packages for ${known.join(', ')}`]),
            ...(wildcard === '*' && errors.length === 0
                ? ['what is not under packages.SYSTEM is named by its path, such as checks.{target}.*']
                : []),
        ];
        const because = why.length === 0 ? '' : `: ${why.join('; ')}`;
        throw new runner_errors/* UserError */.yo(`packages: ${wildcard} finds no package for ${empty.join(', ')}${because}.`);
    }
    return names;
}

;// CONCATENATED MODULE: ./build/js/strategy/plan.js










/**
 * Asks the flake for what each target and package could be.
 * @throws UserError where `packages: *` names nothing, or the flake cannot be read
 */
async function openPlanner(runner, nix, inputs, flake, machine, experience) {
    const wanted = await listWanted(runner, nix, inputs, flake, machine);
    const questions = wanted.map((item) => question(item, inputs, nix, machine));
    const known = openFacts(runner, nix, { native: machine.native, durations: experience.durations });
    const began = performance.now();
    const ahead = new ViewsAhead(runner, wanted.filter(({ target }, index) => {
        const crosses = questions[index]?.lookups.some(({ kind }) => kind === 'pkgsCross');
        return inputs.prefer === 'speed' && target.strategy === 'auto' && crosses;
    }), async (some, signal) => {
        const questions = some.map((item) => viewQuestion(item, nix));
        const views = await askFlake(runner, nix, flake, questions, signal);
        const added = known.add(views.flatMap(foundIn).map(({ drvPath }) => drvPath));
        if (runner.facts.cpus > 2)
            void flake.read(); // the dry runs of these and of the flake's own take two
        await added;
        return views;
    });
    const answers = await askFlake(runner, nix, flake, questions).catch((error) => {
        ahead.drop();
        throw error;
    });
    if (!ahead.isUnderWay)
        void flake.read(); // the dry run leaves a processor
    // The views are asked in such an evaluation again, of two sets of packages.
    const evaluationSeconds = (2 * (performance.now() - began)) / 1000;
    const nothing = { names: [], systems: [], all: [], lookups: [] };
    let items = wanted.map((item, index) => ({
        ...item,
        answer: answers[index] ?? nothing,
        viewsAsked: item.target.strategy === 'cross',
    }));
    const chooseAll = async (failures) => {
        await known.add(items.flatMap(({ answer }) => foundIn(answer)).map(({ drvPath }) => drvPath));
        const experienced = await experience.failures(flake);
        return items.map((item) => {
            const facts = plan_factsOf(item, machine, failuresFor(item, failures, experienced));
            return choose_choose(item.target, item.package, { ...facts, ...known }, inputs.prefer);
        });
    };
    const planWithViews = async (failures) => {
        const plans = await chooseAll(failures);
        const open = items.filter((item, index) => !item.viewsAsked &&
            !isAsItIs(item, machine) &&
            viewsMayWin(plans[index], inputs.prefer, evaluationSeconds));
        if (open.length === 0) {
            ahead.drop();
            return plans.map((plan, index) => withUnasked(plan, items[index], machine));
        }
        const views = await ahead.answers(open);
        items = items.map((item) => (open.includes(item) ? withViews(item, views[open.indexOf(item)]) : item));
        return (await chooseAll(failures)).map((plan, index) => withUnasked(plan, items[index], machine));
    };
    return {
        isEmulated: (drvPath) => isForeign(known.graph.get(drvPath)?.system ?? '', machine.native),
        async plan(failures) {
            const plans = await planWithViews(failures);
            const open = items.filter((item, index) => isForImport(plans[index], inputs.prefer) && failsToImport(item, machine));
            if (open.length === 0)
                return plans;
            const asked = await askEmulated(runner, nix, inputs, flake, machine, open);
            items = items.map((item) => asked[open.indexOf(item)] ?? item);
            return await planWithViews(failures);
        },
    };
}
/** What failed of one, now or before. */
function failuresFor({ target, package: name, answer }, failures, experienced) {
    const names = foundIn(answer).map((found) => found.name);
    const remembered = experienced.filter(({ derivation }) => names.includes(derivation));
    return [...failures, ...remembered].filter((failure) => failure.target === target.name && failure.package === name);
}
const withViews = (item, views) => ({
    ...item,
    answer: { ...item.answer, lookups: [...item.answer.lookups, ...(views?.lookups ?? [])] },
    viewsAsked: true,
});
/** What is to be imported from derivations of the target is built under an emulator, and the flake's own asked again. */
async function askEmulated(runner, nix, inputs, flake, machine, items) {
    await flake.read(); // Nix may be started anew
    const problems = await machine.emulate([...new Set(items.map(({ target }) => target.system))]);
    const questions = items.map((item) => ownQuestion(question(item, inputs, nix, machine)));
    const answers = await askFlake(runner, nix, flake, questions);
    return items.map((item, index) => {
        const problem = problems.get(item.target.system);
        const own = problem === undefined
            ? (answers[index]?.lookups ?? [])
            : [{ kind: 'own', status: 'error', error: importError(item.target.system, problem) }];
        const others = item.answer.lookups.filter(({ kind }) => kind !== 'own');
        return { ...item, emulated: true, answer: { ...item.answer, lookups: [...own, ...others] } };
    });
}
const failsToImport = ({ target, answer, emulated }, machine) => emulated !== true &&
    answer.lookups.some((lookup) => lookup.kind === 'own' && lookup.status === 'error' && mayImportEmulated(target.system, lookup.error, machine));
/** What this machine executes and the flake has: a view could but give the same again. */
const isAsItIs = ({ target, answer }, { native }) => target.plain &&
    native.includes(target.system) &&
    answer.lookups.some(({ kind, status }) => kind === 'own' && status !== 'missing');
/** Costs and derivations, each found out once. */
function openFacts(runner, nix, speeds) {
    const costs = new Map();
    const known = {
        costs: costs,
        graph: new Map(),
        async add(derivations) {
            const fresh = derivations.filter((drvPath) => !known.graph.has(drvPath));
            if (fresh.length === 0)
                return;
            const found = await gatherCosts(runner, nix, fresh, speeds);
            for (const [drvPath, cost] of found.costs)
                costs.set(drvPath, cost);
            known.graph = new Map([...known.graph, ...found.graph]);
        },
    };
    return known;
}
function plan_factsOf({ target, answer }, machine, failures) {
    const { lookups, names, systems } = answer;
    return {
        native: machine.native,
        platforms: machine.platforms,
        ...(machine.features === undefined ? {} : { features: machine.features }),
        emulationProblem: machine.emulationProblem,
        emulatorServes: machine.emulatorServes(target.system),
        builders: machine.builders,
        own: lookups.find((lookup) => lookup.kind === 'own') ?? { kind: 'own', status: 'missing' },
        names,
        systems,
        cross: lookups.filter((lookup) => lookup.kind !== 'own'),
        failures,
        explain: explainBriefly,
    };
}
/** Says of the views that they were not looked at. */
function withUnasked(plan, item, machine) {
    const { viewsAsked, target } = item;
    if (viewsAsked ||
        isAsItIs(item, machine) ||
        plan.choice === undefined ||
        plan.choice.strategy === 'native' ||
        target.strategy !== 'auto')
        return plan;
    const reason = `not evaluated: it could not win over ${title(plan.choice)}`;
    const unasked = { strategy: 'cross', method: 'transparent', attribute: '', chosen: false, reason };
    return { ...plan, candidates: [...plan.candidates, unasked] };
}
const foundIn = (answer) => answer.lookups.flatMap((lookup) => (lookup.status === 'derivation' ? [lookup.found] : []));

;// CONCATENATED MODULE: ./build/js/strategy/remember.js



const remember_LARGEST = 4 * 1024 * 1024;
/** In the tool cache, which outlives the jobs of a self-hosted runner; undefined where there is none. */
function fileOf({ facts }) {
    const tools = facts.env.RUNNER_TOOL_CACHE ?? '';
    return tools === '' ? undefined : (0,external_node_path_.join)(tools, 'nix-multiarch', 'memory.json');
}
/** Reads what earlier jobs of this runner left. Never throws. */
async function readMemory(runner) {
    const file = fileOf(runner);
    const text = file === undefined ? '' : await (0,external_node_fs_promises_.readFile)(file, 'utf8').catch(() => '');
    return text.length > remember_LARGEST ? NO_MEMORY : parseMemory(text);
}
/** Writes it for later jobs. Never throws: a memory only saves time. */
async function writeMemory(runner, memory) {
    const file = fileOf(runner);
    if (file === undefined)
        return;
    try {
        await runner.files.makeDirectory((0,external_node_path_.join)(file, '..'));
        await runner.files.write(file, printMemory(memory));
    }
    catch (error) {
        runner.log.debug(`What this run has learnt is not kept in ${file}: ${String(error)}`);
    }
}

;// CONCATENATED MODULE: ./build/js/build-pipeline.js

















const FILLING_ALONE_MILLISECONDS = 2000;
/** What needs a Nix, from the store's filling on: emulation → strategy → build → push → report. */
async function buildAndPush(runner, inputs, found, cache) {
    const ending = new AbortController();
    const narinfos = openNarinfos(runner, cache);
    // while the flake is evaluated
    const filling = inputs.dryRun ? NOTHING_FILLED : fillStore(runner, found.nix, cache, narinfos, ending.signal);
    const opening = { cache, filling, written: narinfos.written };
    return await (0,parallel/* finallyDo */.x6)(planAndBuild(runner, inputs, found, opening), async () => {
        ending.abort();
        await Promise.all([filling, narinfos.written]);
    });
}
async function planAndBuild(runner, inputs, found, { cache, filling, written }) {
    const { log } = runner;
    const { nix } = found;
    await log.group('Push destinations', () => pushPreflight(runner, nix, inputs));
    const emulation = await surveyEmulation(runner, systemsOf(inputs));
    const emulators = openEmulators(runner, found, inputs.qemuSource);
    const machine = await machineOf(emulation, inputs, found, emulators);
    const memory = mergeMemories(parseMemory(cache.memory), await readMemory(runner));
    // evaluation and this write to the same database, where many small paths and derivations get in each other's way
    await Promise.race([filling, (0,promises_.setTimeout)(FILLING_ALONE_MILLISECONDS, undefined, { ref: false })]);
    await written;
    const { opened, planner, plans } = await log.group('Strategy', async () => {
        const opened = await openFlake(runner, nix, inputs.flake);
        const failures = async ({ read }) => memory.failures.length === 0 ? [] : memory_failuresOf(memory, (await read()).nixpkgs, now());
        const experience = { durations: durationsOf(memory), failures };
        const planner = await openPlanner(runner, nix, inputs, opened, machine, experience);
        const plans = await planner.plan([]);
        for (const line of plans.flatMap(describePlan))
            log.info(line);
        return { opened, planner, plans };
    });
    const reading = opened.read(); // beside what comes next
    const name = [runner.facts.env.GITHUB_REPOSITORY ?? '', inputs.flake].join(' ');
    const earlierSize = (target, packageName) => memory.sizes.get(sizeKey(name, target, packageName))?.bytes;
    const record = { inputs, earlierSize, installed: found, plans, cacheHit: cache.hit !== 'none' };
    if (inputs.dryRun) {
        return await report(runner, {
            ...record,
            flake: await reading,
            emulators: emulators.all(),
            results: plannedOnly(plans),
            pathInfos: new Map(),
            derivations: [],
            fetched: new Set(),
            pushes: [],
        });
    }
    const rounds = openRounds(runner, nix, inputs, machine, planner, emulators);
    const learnt = async () => learn(memory, rounds.lessons({ nixpkgs: (await reading).nixpkgs, name }), now());
    const doubtful = async (derivations) => inputs.pushTo.length === 0 ? [] : await unverifiedPaths(runner, nix, derivations);
    const vetted = candidatesOf(plans);
    const live = await startPush(runner, nix, inputs, await doubtful(vetted));
    const built = await (0,parallel/* finallyDo */.x6)(rounds.build(plans, { vetted, tell: live.built, ahead: filling }), () => live.finish(), async () => writeMemory(runner, await learnt()), async () => saveCache(runner, nix, cache, rounds.derivations(), {
        memory: printMemory(await learnt()),
        wanted: rounds.outputs(),
        builtNothing: rounds.builtNothing(),
    }));
    const push = async () => pushBuilt(runner, nix, inputs, built.results, await doubtful(rounds.derivations()));
    const pushes = inputs.pushTo.length === 0 ? [] : await log.group('Push', push);
    return await report(runner, { ...record, flake: await reading, ...built, emulators: emulators.all(), pushes });
}
const NOTHING_FILLED = Promise.resolve(new Set());
const candidatesOf = (plans) => [
    ...new Set(plans.flatMap(({ candidates }) => candidates.flatMap(({ evaluated }) => evaluated?.drvPath ?? []))),
];
/** Seconds since 1970. */
const now = () => Math.floor(Date.now() / 1000);


/***/ })

};
