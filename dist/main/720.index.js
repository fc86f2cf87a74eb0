export const id = 720;
export const ids = [720];
export const modules = {

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

/***/ 3306:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  fM: () => (/* binding */ addPath),
  Yz: () => (/* binding */ debug),
  z3: () => (/* binding */ error),
  dN: () => (/* binding */ exportVariable),
  V4: () => (/* binding */ getInput),
  pq: () => (/* binding */ info),
  _o: () => (/* binding */ isDebug),
  lm: () => (/* binding */ notice),
  LZ: () => (/* binding */ saveState),
  C1: () => (/* binding */ setFailed),
  uH: () => (/* binding */ setOutput),
  Pq: () => (/* binding */ setSecret),
  $e: () => (/* binding */ warning)
});

// UNUSED EXPORTS: ExitCode, endGroup, getBooleanInput, getIDToken, getMultilineInput, getState, group, markdownSummary, platform, setCommandEcho, startGroup, summary, toPlatformPath, toPosixPath, toWin32Path

// EXTERNAL MODULE: external "os"
var external_os_ = __webpack_require__(857);
;// CONCATENATED MODULE: ./build/js/node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ./build/js/node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_.EOL);
}
function command_issue(name, message = '') {
    issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map
// EXTERNAL MODULE: external "crypto"
var external_crypto_ = __webpack_require__(6982);
// EXTERNAL MODULE: external "fs"
var external_fs_ = __webpack_require__(9896);
;// CONCATENATED MODULE: ./build/js/node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!external_fs_.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    external_fs_.appendFileSync(filePath, `${toCommandValue(message)}${external_os_.EOL}`, {
        encoding: 'utf8'
    });
}
function prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${external_crypto_.randomUUID()}`;
    const convertedValue = toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${external_os_.EOL}${convertedValue}${external_os_.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
// EXTERNAL MODULE: external "path"
var external_path_ = __webpack_require__(6928);
;// CONCATENATED MODULE: ./build/js/node_modules/@actions/core/lib/core.js
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};






/**
 * The code to exit an action
 */
var ExitCode;
(function (ExitCode) {
    /**
     * A code indicating that the action was successful
     */
    ExitCode[ExitCode["Success"] = 0] = "Success";
    /**
     * A code indicating that the action was a failure
     */
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
//-----------------------------------------------------------------------
// Variables
//-----------------------------------------------------------------------
/**
 * Sets env variable for this action and future actions in the job
 * @param name the name of the variable to set
 * @param val the value of the variable. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    issueCommand('set-env', { name }, convertedVal);
}
/**
 * Registers a secret which will get masked from logs
 *
 * @param secret - Value of the secret to be masked
 * @remarks
 * This function instructs the Actions runner to mask the specified value in any
 * logs produced during the workflow run. Once registered, the secret value will
 * be replaced with asterisks (***) whenever it appears in console output, logs,
 * or error messages.
 *
 * This is useful for protecting sensitive information such as:
 * - API keys
 * - Access tokens
 * - Authentication credentials
 * - URL parameters containing signatures (SAS tokens)
 *
 * Note that masking only affects future logs; any previous appearances of the
 * secret in logs before calling this function will remain unmasked.
 *
 * @example
 * ```typescript
 * // Register an API token as a secret
 * const apiToken = "abc123xyz456";
 * setSecret(apiToken);
 *
 * // Now any logs containing this value will show *** instead
 * console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
 * ```
 */
function setSecret(secret) {
    issueCommand('add-mask', {}, secret);
}
/**
 * Prepends inputPath to the PATH (for this action and future actions)
 * @param inputPath
 */
function addPath(inputPath) {
    const filePath = process.env['GITHUB_PATH'] || '';
    if (filePath) {
        issueFileCommand('PATH', inputPath);
    }
    else {
        issueCommand('add-path', {}, inputPath);
    }
    process.env['PATH'] = `${inputPath}${external_path_.delimiter}${process.env['PATH']}`;
}
/**
 * Gets the value of an input.
 * Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
 * Returns an empty string if the value is not defined.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string
 */
function getInput(name, options) {
    const val = process.env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] || '';
    if (options && options.required && !val) {
        throw new Error(`Input required and not supplied: ${name}`);
    }
    if (options && options.trimWhitespace === false) {
        return val;
    }
    return val.trim();
}
/**
 * Gets the values of an multiline input.  Each value is also trimmed.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string[]
 *
 */
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
/**
 * Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
 * Support boolean input list: `true | True | TRUE | false | False | FALSE` .
 * The return value is also in boolean type.
 * ref: https://yaml.org/spec/1.2/spec.html#id2804923
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   boolean
 */
function getBooleanInput(name, options) {
    const trueValue = ['true', 'True', 'TRUE'];
    const falseValue = ['false', 'False', 'FALSE'];
    const val = getInput(name, options);
    if (trueValue.includes(val))
        return true;
    if (falseValue.includes(val))
        return false;
    throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\n` +
        `Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
/**
 * Sets the value of an output.
 *
 * @param     name     name of the output to set
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    }
    process.stdout.write(external_os_.EOL);
    issueCommand('set-output', { name }, toCommandValue(value));
}
/**
 * Enables or disables the echoing of commands into stdout for the rest of the step.
 * Echoing is disabled by default if ACTIONS_STEP_DEBUG is not set.
 *
 */
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
//-----------------------------------------------------------------------
// Results
//-----------------------------------------------------------------------
/**
 * Sets the action status to failed.
 * When the action exits it will be with an exit code of 1
 * @param message add error issue message
 */
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    error(message);
}
//-----------------------------------------------------------------------
// Logging Commands
//-----------------------------------------------------------------------
/**
 * Gets whether Actions Step Debug is on or not
 */
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function debug(message) {
    issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    issueCommand('error', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    issueCommand('warning', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function info(message) {
    process.stdout.write(message + external_os_.EOL);
}
/**
 * Begin an output group.
 *
 * Output until the next `groupEnd` will be foldable in this group
 *
 * @param name The name of the output group
 */
function startGroup(name) {
    issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    issue('endgroup');
}
/**
 * Wrap an asynchronous function call in a group.
 *
 * Returns the same type as the function itself.
 *
 * @param name The name of the group
 * @param fn The function to wrap in the group
 */
function group(name, fn) {
    return __awaiter(this, void 0, void 0, function* () {
        startGroup(name);
        let result;
        try {
            result = yield fn();
        }
        finally {
            endGroup();
        }
        return result;
    });
}
//-----------------------------------------------------------------------
// Wrapper action state
//-----------------------------------------------------------------------
/**
 * Saves state for current action, the state can only be retrieved by this action's post job execution.
 *
 * @param     name     name of the state to store
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    issueCommand('save-state', { name }, toCommandValue(value));
}
/**
 * Gets the value of an state set by this action's main execution.
 *
 * @param     name     name of the state to get
 * @returns   string
 */
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return __awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
/**
 * Summary exports
 */

/**
 * @deprecated use core.summary
 */

/**
 * Path exports
 */

/**
 * Platform utilities exports
 */

//# sourceMappingURL=core.js.map

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

/***/ 8720:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  inputReader: () => (/* binding */ inputReader),
  openRunner: () => (/* binding */ openRunner)
});

// UNUSED EXPORTS: reopenRunner

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./build/js/node_modules/@actions/core/lib/core.js + 3 modules
var lib_core = __webpack_require__(3306);
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
// EXTERNAL MODULE: external "node:events"
var external_node_events_ = __webpack_require__(8474);
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(7075);
// EXTERNAL MODULE: external "node:stream/promises"
var promises_ = __webpack_require__(6466);
// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(8500);
// EXTERNAL MODULE: ./build/js/runner/errors.js
var errors = __webpack_require__(4890);
;// CONCATENATED MODULE: ./build/js/runner/filter.js





const STDERR_KEPT = 4096;
/**
 * Lets bytes through a program; it is ended where nobody reads on.
 * @param signal ends it too
 * @throws CommandError at the end of the output where the program failed, or what the input threw
 */
async function* filter(command, env, input, processes, signal) {
    const began = performance.now();
    const child = (0,external_node_child_process_.spawn)(command.tool, command.args, { cwd: command.cwd, detached: true, env });
    if (child.pid !== undefined)
        processes.add(child.pid);
    let stderr = '';
    child.stderr.on('data', (chunk) => {
        stderr = (stderr + String(chunk)).slice(-STDERR_KEPT);
    });
    const ended = (0,external_node_events_.once)(child, 'close').then(([code]) => Number(code ?? 1), () => 127);
    const end = () => void child.kill();
    signal?.addEventListener('abort', end);
    if (signal?.aborted === true)
        end();
    let broken;
    const feeding = (0,promises_.pipeline)(external_node_stream_.Readable.from(input), child.stdin).catch((cause) => {
        // a program that ends before its input tells why itself
        if (!isPipeError(cause))
            broken = cause;
        child.kill();
    });
    try {
        yield* child.stdout;
        // of a program that has ended nobody reads the input, which may wait for something else
        await Promise.race([feeding, ended]);
        if (broken !== undefined)
            throw broken;
        const exitCode = await ended;
        const seconds = (performance.now() - began) / 1000;
        if (exitCode !== 0)
            throw new errors/* CommandError */.Qd(command, { exitCode, stdout: '', stderr, seconds });
    }
    finally {
        signal?.removeEventListener('abort', end);
        child.kill();
        await ended;
        if (child.pid !== undefined)
            processes.delete(child.pid);
    }
}
const isPipeError = (cause) => cause instanceof Error && 'code' in cause && ['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(cause.code));

// EXTERNAL MODULE: external "node:string_decoder"
var external_node_string_decoder_ = __webpack_require__(6193);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
;// CONCATENATED MODULE: ./build/js/runner/pipe.js




/** Bytes that a pipe holds before who writes has to wait. */
const PIPE_SIZE = 64 * 1024;
let made = 0;
/**
 * A pipe whose reader may let things gather. What Node gives a command are sockets: one of those is full after some 170
 * writes, however short, while a pipe puts short ones together.
 * @param folder where it has a name for a moment
 * @returns undefined where there is no such pipe: other systems have smaller ones, and so has a user who has very many
 */
function openPipe(folder) {
    made += 1;
    const place = (0,external_node_path_.join)(folder, `pipe-${process.pid}-${made}`);
    const ends = [];
    const open = (flags) => {
        const end = (0,external_node_fs_.openSync)(place, flags);
        ends.push(end);
        return end;
    };
    try {
        if ((0,external_node_child_process_.spawnSync)('mkfifo', ['-m', '600', place], { stdio: 'ignore' }).status !== 0)
            return undefined;
        // opened like this it does not wait for somebody who writes
        const reading = open(external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NONBLOCK);
        const end = open(external_node_fs_.constants.O_WRONLY);
        const probe = open(external_node_fs_.constants.O_WRONLY | external_node_fs_.constants.O_NONBLOCK);
        const large = (0,external_node_fs_.writeSync)(probe, Buffer.alloc(PIPE_SIZE)) === PIPE_SIZE;
        if (!large || (0,external_node_fs_.readSync)(reading, Buffer.alloc(PIPE_SIZE)) !== PIPE_SIZE)
            return undefined;
        // A stream that is paused goes on to read until it has this much: nothing is to be read ahead.
        const options = { fd: reading, readable: true, writable: false, highWaterMark: 1 };
        const reader = new external_node_net_.Socket(options);
        ends.splice(0, 2);
        return { end, reader };
    }
    catch {
        return undefined;
    }
    finally {
        for (const end of ends)
            (0,external_node_fs_.closeSync)(end);
        (0,external_node_fs_.rmSync)(place, { force: true });
    }
}

;// CONCATENATED MODULE: ./build/js/runner/output.js


/** What stands for the output of a program that could not be started. */
const NOT_THERE = 'the program is not there or cannot be run';
const output_STDERR_KEPT = 256 * 1024;
const STDOUT_KEPT = 512 * 1024 * 1024;
const LINE_LIMIT = 1024 * 1024;
/** Kept of the end of a longer line. */
const LINE_END = 4096;
const GATHER_MILLISECONDS = 100;
/** Of what comes faster than this in the time of gathering nothing is kept waiting. */
const MUCH = PIPE_SIZE / 2;
/**
 * Takes in what a command prints. `touch` is called for each piece.
 * @param pipe of its stderr, where that is one in which it may gather
 */
function collect(child, pipe, options, touch) {
    let stdout = '';
    let stderr = '';
    const readers = ['stdout', 'stderr'].map((name) => {
        const lines = createLines((line) => options.onLine?.(line, name));
        const decoder = new external_node_string_decoder_.StringDecoder('utf8');
        const take = (text) => {
            if (name === 'stderr')
                stderr = lastOf(stderr + text);
            else if (options.discardStdout !== true && stdout.length < STDOUT_KEPT)
                stdout += text;
            if (options.onLine !== undefined)
                lines.push(text);
        };
        const gathered = name === 'stderr' ? pipe : undefined;
        const stream = gathered ?? child[name];
        stream?.on('data', (chunk) => {
            touch();
            take(decoder.write(chunk));
        });
        if (gathered !== undefined)
            gather(child, gathered);
        return () => {
            take(decoder.end());
            lines.end();
        };
    });
    return {
        finish: (missing) => {
            for (const end of readers)
                end();
            return { stdout, stderr: missing ? NOT_THERE : stderr.slice(-output_STDERR_KEPT) };
        },
    };
}
/**
 * Lets more come after each piece, for a twentieth of the time since much came (or the command began): should much come
 * while we wait, the pipe is full and the command waits too, no longer than that.
 */
function gather(child, stream) {
    let ended = false;
    let [muchCame, ends, bytes] = [performance.now(), 0, 0];
    stream.on('data', (chunk) => {
        const time = performance.now();
        if (time > ends)
            [ends, bytes] = [time + GATHER_MILLISECONDS, 0];
        bytes += chunk.length;
        if (bytes >= MUCH)
            muchCame = time;
        const wait = Math.min(GATHER_MILLISECONDS, (time - muchCame) / 20);
        if (wait < 1 || ended)
            return;
        stream.pause();
        setTimeout(() => stream.resume(), wait);
    });
    child.once('exit', () => {
        ended = true;
        stream.resume();
    });
}
/** Cut only once in a while: each cut copies all that is kept, and pieces come by the thousand. */
const lastOf = (text) => (text.length > output_STDERR_KEPT * 2 ? text.slice(-output_STDERR_KEPT) : text);
/**
 * Splits text that comes in pieces into lines. Of one longer than 1 MiB only its beginning and its end are kept: Nix's
 * structured log says at the end of a line what it is.
 */
function createLines(onLine) {
    let start = '';
    let rest = '';
    const tell = (text) => {
        onLine(start + text);
        start = '';
    };
    return {
        push: (text) => {
            const parts = (rest + text).split('\n');
            rest = parts.pop() ?? '';
            for (const part of parts)
                tell(part.endsWith('\r') ? part.slice(0, -1) : part);
            if (rest.length > LINE_LIMIT) {
                if (start === '')
                    start = rest.slice(0, LINE_LIMIT);
                rest = rest.slice(-LINE_END);
            }
        },
        end: () => {
            if (start + rest !== '')
                tell(rest);
            rest = '';
        },
    };
}

;// CONCATENATED MODULE: ./build/js/runner/processes.js




/** Time between SIGTERM and SIGKILL. The runner gives an action 7.5 s after SIGINT (ProcessInvoker.cs). */
const GRACE_MILLISECONDS = 4000;
/** Start time of a process in clock ticks since boot, field 22 of proc(5) stat; tells a reused pid. */
function startTime(pid) {
    try {
        const stat = (0,external_node_fs_.readFileSync)(`/proc/${pid}/stat`, 'utf8');
        return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    }
    catch {
        return undefined;
    }
}
/** Process groups of what a process has started, and of what that has; not its own. */
function groupsBelow(pid) {
    const all = (0,external_node_fs_.readdirSync)('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => familyOf(Number(name)) ?? []);
    const found = [pid];
    for (const each of found)
        found.push(...all.filter(({ parent }) => parent === each).map((child) => child.pid));
    const groups = all.filter((process) => found.includes(process.pid)).map(({ group }) => group);
    return [...new Set(groups)].filter((group) => group !== pid && group > 1);
}
/** Fields 4 and 5 of proc(5) stat. */
function familyOf(pid) {
    try {
        const stat = (0,external_node_fs_.readFileSync)(`/proc/${pid}/stat`, 'utf8');
        const [, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return { pid, parent: Number(parent), group: Number(group) };
    }
    catch {
        return undefined; // it has ended meanwhile
    }
}
/** Sends a signal to a process group, through sudo where it is not ours. */
function signalGroup(pid, signal, sudo) {
    try {
        process.kill(-pid, signal);
    }
    catch (error) {
        const denied = error.code === 'EPERM';
        if (denied && sudo)
            (0,external_node_child_process_.spawnSync)('sudo', ['-n', 'kill', `-${signal.slice(3)}`, '--', `-${pid}`], { timeout: 5000 });
    }
}
const groupLives = (pid) => {
    try {
        process.kill(-pid, 0);
        return true;
    }
    catch (error) {
        return error.code === 'EPERM';
    }
};
/** Ends a process group: SIGTERM, and SIGKILL for what is left after some seconds. Resolves when it is gone. */
async function endGroup(pid, sudo) {
    signalGroup(pid, 'SIGTERM', sudo);
    for (let waited = 0; waited < GRACE_MILLISECONDS; waited += 50) {
        if (!groupLives(pid))
            return;
        await (0,external_node_timers_promises_.setTimeout)(50);
    }
    signalGroup(pid, 'SIGKILL', sudo);
    await (0,external_node_timers_promises_.setTimeout)(50);
}
function createProcessList(folder) {
    const place = (0,external_node_path_.join)(folder, 'processes');
    (0,external_node_fs_.mkdirSync)(place, { recursive: true, mode: 0o700 });
    const live = new Set();
    return {
        live,
        add: (pid) => {
            live.add(pid);
            note((0,external_node_path_.join)(place, String(pid)), startTime(pid) ?? '');
        },
        delete: (pid) => {
            live.delete(pid);
            (0,external_node_fs_.rmSync)((0,external_node_path_.join)(place, String(pid)), { force: true });
        },
    };
}
/** In post the folder itself is removed at last: then there is nobody left to read the list. */
function note(file, text) {
    try {
        (0,external_node_fs_.writeFileSync)(file, text, { mode: 0o600 });
    }
    catch (error) {
        if (error.code !== 'ENOENT')
            throw error;
    }
}
/** Ends the process groups that an earlier stage of this run left; gives how many there were. */
async function endLeftProcesses(folder, sudo) {
    let ended = 0;
    for (const name of listFolder((0,external_node_path_.join)(folder, 'processes'))) {
        const pid = Number(name);
        const recorded = (0,external_node_fs_.readFileSync)((0,external_node_path_.join)(folder, 'processes', name), 'utf8');
        if (recorded !== '' && startTime(pid) === recorded) {
            await endGroup(pid, sudo);
            ended += 1;
        }
    }
    return ended;
}
function listFolder(folder) {
    try {
        return (0,external_node_fs_.readdirSync)(folder).filter((name) => /^\d+$/.test(name));
    }
    catch {
        return [];
    }
}

;// CONCATENATED MODULE: ./build/js/runner/commands.js













/** Another process is in the way for some milliseconds: eight tries wait for two to four seconds. */
const BUSY_TRIES = 8;
const BUSY_WAIT_MS = 70;
/** Commands on this machine. `cancel` ends all that run and refuses new ones. */
function createCommands(around) {
    const sudo = around.privilege === 'sudo';
    let cancelled = false;
    return {
        run: async (command, options = {}) => {
            const real = options.asRoot === true ? asRoot(command, around.privilege) : command;
            around.debug((0,errors/* printCommand */.Tr)(real));
            if (cancelled)
                throw new errors/* CommandError */.Qd(command, nothingRun('cancelled'));
            let result = await execute(real, options, around, () => cancelled);
            for (let tries = 1; tries < BUSY_TRIES && isBusy(command, result); tries += 1) {
                await (0,external_node_timers_promises_.setTimeout)(BUSY_WAIT_MS * tries * (1 + Math.random()));
                result = await execute(real, options, around, () => cancelled);
            }
            const fine = result.exitCode === 0 && result.stopped === undefined;
            const accepted = options.accept === 'any' || (Array.isArray(options.accept) && options.accept.includes(result.exitCode));
            if (fine || (accepted && result.stopped !== 'cancelled'))
                return result;
            throw new errors/* CommandError */.Qd(command, result);
        },
        filter: (command, input, signal) => filter(command, environment(command), input, around.processes, signal),
        startDetached: async (command, logFile, record, options = {}) => {
            const real = options.asRoot === true ? asRoot(command, around.privilege) : command;
            const log = (0,external_node_fs_.openSync)(logFile, 'a', 0o600);
            const child = (0,external_node_child_process_.spawn)(real.tool, real.args, { detached: true, stdio: ['ignore', log, log], env: environment(real) });
            const pid = child.pid ?? 0;
            // until its record is written, post finds it as a command that main left
            if (pid !== 0)
                around.processes.add(pid);
            (0,external_node_fs_.closeSync)(log);
            child.unref();
            await new Promise((resolve, reject) => {
                child.once('spawn', resolve);
                child.once('error', () => reject(new errors/* CommandError */.Qd(command, nothingRun(undefined))));
            });
            await record(pid);
            around.processes.delete(pid);
            return pid;
        },
        find: (tool) => findTool(tool, process.env.PATH ?? ''),
        cancel: async () => {
            cancelled = true;
            await Promise.all([...around.processes.live].map((pid) => endGroup(pid, sudo)));
        },
    };
}
/** Nothing of what it was to do is done: it said that another process is in its way. Input that was a stream is gone. */
const isBusy = ({ busy, input }, { exitCode, stopped, stderr }) => exitCode !== 0 && stopped === undefined && typeof input !== 'object' && busy?.test(stderr) === true;
/** Absolute path of an executable on a search path. */
function findTool(tool, searchPath) {
    const places = tool.includes('/')
        ? [tool]
        : searchPath
            .split(external_node_path_.delimiter)
            .filter((folder) => folder !== '')
            .map((folder) => (0,external_node_path_.join)(folder, tool));
    return places.find((place) => {
        try {
            (0,external_node_fs_.accessSync)(place, external_node_fs_.constants.X_OK);
            return true;
        }
        catch {
            return false;
        }
    });
}
/** sudo has a PATH and a umask of its own, on a hardened machine without sbin and for root alone; what is made is for all. */
const AS_ROOT = 'umask 022; PATH=$PATH:/usr/sbin:/sbin; exec "$@"';
/** The command run by root. Variables go through `env`, since sudo drops them; a secret may not, argv is public. */
function asRoot(command, privilege) {
    if (privilege === 'root')
        return command;
    if (privilege === 'none') {
        throw new errors/* UserError */.yo(`${(0,errors/* printCommand */.Tr)(command)} needs root. Run the job as root, or let its user use sudo without a password.`);
    }
    const variables = Object.entries(command.env ?? {}).flatMap(([name, value]) => value === undefined ? [] : [`${name}=${value}`]);
    if (variables.some((variable) => command.secrets?.some((secret) => secret !== '' && variable.includes(secret)))) {
        throw new Error(`a secret would be in the arguments of sudo: ${(0,errors/* printCommand */.Tr)(command)}`);
    }
    const shell = [...(variables.length === 0 ? [] : ['env', ...variables]), 'sh', '-c', AS_ROOT, 'sh'];
    return { ...command, tool: 'sudo', args: ['-n', '--', ...shell, command.tool, ...command.args], env: {} };
}
/**
 * Inputs hold secrets, and no tool of ours needs them. The others put options of their own into every call of tar or xz,
 * or end the options of any tool at its first file.
 */
const KEPT_FROM_CHILDREN = /^(INPUT|STATE)_|^ACTIONS_|^(POSIXLY_CORRECT|TAR_OPTIONS|XZ_OPT|XZ_DEFAULTS|GZIP|BZIP2?)$/;
function environment(command) {
    const env = {};
    for (const [name, value] of Object.entries(process.env))
        if (!KEPT_FROM_CHILDREN.test(name))
            env[name] = value;
    for (const [name, value] of Object.entries(command.env ?? {})) {
        if (value === undefined)
            delete env[name];
        else
            env[name] = value;
    }
    return env;
}
const nothingRun = (stopped) => ({
    exitCode: 127,
    stdout: '',
    stderr: stopped === undefined ? NOT_THERE : '',
    seconds: 0,
    ...(stopped === undefined ? {} : { stopped }),
});
async function execute(command, options, around, isCancelled) {
    const { processes } = around;
    const sudo = around.privilege === 'sudo';
    const began = performance.now();
    const pipe = options.gather === true ? openPipe(around.folder) : undefined;
    const child = start(command, pipe);
    const pid = child.pid;
    if (pid !== undefined)
        processes.add(pid);
    const limits = watch(options, () => pid !== undefined && void endGroup(pid, sudo));
    const output = collect(child, pipe?.reader, options, limits.touch);
    const read = pipe === undefined ? undefined : (0,external_node_events_.once)(pipe.reader, 'close');
    const fed = feed(child, command.input);
    const [exitCode] = await Promise.all([ended(child), read]);
    limits.clear();
    if (pid !== undefined)
        processes.delete(pid);
    const { fault } = await fed;
    if (fault !== undefined)
        throw fault;
    const stopped = limits.stopped() ?? (isCancelled() ? 'cancelled' : undefined);
    const seconds = (performance.now() - began) / 1000;
    return {
        exitCode: exitCode ?? 127,
        ...output.finish(exitCode === undefined),
        seconds,
        ...(stopped === undefined ? {} : { stopped }),
    };
}
function start(command, pipe) {
    try {
        return (0,external_node_child_process_.spawn)(command.tool, command.args, {
            cwd: command.cwd,
            detached: true,
            env: environment(command),
            stdio: [command.input === undefined ? 'ignore' : 'pipe', 'pipe', pipe?.end ?? 'pipe'],
        });
    }
    finally {
        if (pipe !== undefined)
            (0,external_node_fs_.closeSync)(pipe.end);
    }
}
/** Gives what the input ends with, where that is an error: the command has then seen only a part of it. */
async function feed(child, input) {
    if (input === undefined || child.stdin === null)
        return {};
    let result = {};
    // A command that ends without reading its input is no failure of ours: what the pipe says (EPIPE) is not the input's.
    const watched = typeof input === 'string' ? [input] : whenBroken(input, (fault) => (result = { fault }));
    await (0,promises_.pipeline)(external_node_stream_.Readable.from(watched), child.stdin).catch(() => undefined);
    return result;
}
/** @param tell called with what the input itself ends with, not with what its reader throws into it */
async function* whenBroken(input, tell) {
    const items = input[Symbol.asyncIterator]();
    const next = async () => {
        try {
            return await items.next();
        }
        catch (fault) {
            tell(fault);
            throw fault;
        }
    };
    try {
        for (let item = await next(); !item.done; item = await next())
            yield item.value;
    }
    finally {
        await items.return?.();
    }
}
/** Exit code; undefined where the program could not be started. */
function ended(child) {
    return new Promise((resolve) => {
        child.once('error', () => resolve(undefined));
        child.once('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 128 + external_node_os_.constants.signals[signal])));
    });
}
function watch(options, end) {
    let reason;
    const stop = (why) => () => {
        reason ??= why;
        end();
    };
    const abort = stop('cancelled');
    if (options.signal?.aborted === true)
        abort();
    else
        options.signal?.addEventListener('abort', abort);
    const total = options.timeoutSeconds ? setTimeout(stop('timeout'), options.timeoutSeconds * 1000) : undefined;
    const silent = options.silentSeconds ? setTimeout(stop('silent'), options.silentSeconds * 1000) : undefined;
    return {
        touch: () => silent?.refresh(),
        clear: () => {
            options.signal?.removeEventListener('abort', abort);
            clearTimeout(total);
            clearTimeout(silent);
        },
        stopped: () => reason,
    };
}

;// CONCATENATED MODULE: ./build/js/runner/defaults.js
/**
 * The defaults of the inputs, read from the text of action.yml, so that they are written in one place. A runner fills
 * them in itself; an input that a workflow passes on empty (`${{ inputs.x }}`) gets its default here.
 */
function readDefaults(actionYml) {
    const defaults = new Map();
    let section = '';
    let input = '';
    for (const line of actionYml.split('\n')) {
        section = /^([a-z]+):/.exec(line)?.[1] ?? section;
        if (section !== 'inputs')
            continue;
        input = /^ {2}([a-z0-9-]+):\s*$/.exec(line)?.[1] ?? input;
        const value = /^ {4}default:\s*(.*?)\s*$/.exec(line)?.[1];
        if (value !== undefined)
            defaults.set(input, scalar(value));
    }
    return defaults;
}
/** Plain and quoted YAML scalars of one line; an expression that only the runner can fill in is empty. */
function scalar(text) {
    if (text.startsWith('${{'))
        return '';
    const quoted = /^'(.*)'$/.exec(text)?.[1];
    return quoted === undefined ? text.replace(/^"(.*)"$/, '$1') : quoted.replaceAll("''", "'");
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:fs/promises"
var external_node_fs_promises_ = __webpack_require__(1455);
;// CONCATENATED MODULE: ./build/js/runner/files.js



/** Writes as this user, or with sudo where `asRoot` is asked for and this user is not root. */
function createFiles(commands, folder, isRoot) {
    const viaSudo = (asRoot) => asRoot === true && !isRoot;
    const root = (tool, ...args) => commands.run({ tool, args }, { asRoot: true, timeoutSeconds: 600 });
    return {
        write: async (path, content, { mode = 0o644, asRoot } = {}) => {
            const name = `.nix-multiarch-${(0,external_node_crypto_.randomBytes)(6).toString('hex')}`;
            const draft = (0,external_node_path_.join)(viaSudo(asRoot) ? folder : (0,external_node_path_.dirname)(path), name);
            try {
                await (0,external_node_fs_promises_.writeFile)(draft, content, { mode: 0o600, flag: 'wx' });
                await (0,external_node_fs_promises_.chmod)(draft, mode);
                if (!viaSudo(asRoot))
                    return await (0,external_node_fs_promises_.rename)(draft, path);
                const beside = (0,external_node_path_.join)((0,external_node_path_.dirname)(path), name);
                await root('install', '-m', mode.toString(8), '--', draft, beside);
                await root('mv', '-fT', '--', beside, path);
            }
            finally {
                await (0,external_node_fs_promises_.rm)(draft, { force: true });
            }
        },
        writeKernel: async (path, content) => {
            if (isRoot)
                await (0,external_node_fs_promises_.writeFile)(path, content, { flag: 'w' });
            else
                await commands.run({ tool: 'tee', args: [path], input: content }, { asRoot: true, timeoutSeconds: 60 });
        },
        makeDirectory: async (path, { mode = 0o755, asRoot } = {}) => {
            if (viaSudo(asRoot))
                await root('mkdir', '-p', '-m', mode.toString(8), '--', path);
            else
                await (0,external_node_fs_promises_.mkdir)(path, { recursive: true, mode });
        },
        remove: async (path, { asRoot } = {}) => {
            if (viaSudo(asRoot))
                await root('rm', '-rf', '--', path);
            else
                await removeTree(path, commands);
        },
    };
}
/** Store folders are read-only, and an archive may have any mode: who is not root has to make them writable first. */
async function removeTree(path, commands) {
    try {
        await (0,external_node_fs_promises_.rm)(path, { recursive: true, force: true, maxRetries: 3 });
    }
    catch (error) {
        if (error.code !== 'EACCES')
            throw error;
        await commands.run({ tool: 'chmod', args: ['-R', 'u+rwX', '--', path] }, { timeoutSeconds: 600 });
        await (0,external_node_fs_promises_.rm)(path, { recursive: true, force: true, maxRetries: 3 });
    }
}

;// CONCATENATED MODULE: ./build/js/runner/job.js



/** What later steps see, told to the runner by its files. @throws UserError where one of those cannot be written */
function createJob(log) {
    return {
        output: (name, value) => tell(() => lib_core/* setOutput */.uH(name, value)),
        exportVariable: (name, value) => tell(() => lib_core/* exportVariable */.dN(name, value)),
        addPath: (path) => tell(() => lib_core/* addPath */.fM(path)),
        summary: async (markdown) => {
            const file = process.env.GITHUB_STEP_SUMMARY;
            if (!file)
                return log.debug('GITHUB_STEP_SUMMARY is not set: no job summary');
            try {
                (0,external_node_fs_.appendFileSync)(file, markdown);
            }
            catch (error) {
                log.warning(`the job summary cannot be written: ${reasonOf(error)}`);
            }
        },
    };
}
/** Remembers something for post. @throws UserError */
const remember = (name, value) => tell(() => lib_core/* saveState */.LZ(name, value));
function tell(work) {
    try {
        work();
    }
    catch (error) {
        throw new errors/* UserError */.yo(`a file in which the runner is told of outputs and variables cannot be written: ${reasonOf(error)}`);
    }
}
const reasonOf = (error) => (error instanceof Error ? error.message : String(error));

;// CONCATENATED MODULE: ./build/js/runner/undo.js
const UNDO_TOOLS = ['sed', 'apt-get', 'chmod'];

;// CONCATENATED MODULE: ./build/js/runner/journal.js



const FILE = 'journal.jsonl';
/**
 * Appends deeds to a file in the run's folder before they are done. A kill loses none; no post follows a power cut.
 * @param share is told of those that other jobs may rely on
 */
function createJournal(folder, share) {
    return {
        record: async (...undos) => {
            // begins a line of its own: a full disk may have cut the one before
            const lines = undos.map((undo) => `${JSON.stringify(undo)}\n`).join('');
            (0,external_node_fs_.appendFileSync)((0,external_node_path_.join)(folder, FILE), `\n${lines}`, { mode: 0o600 });
            const shared = undos.filter((undo) => undo.shared === true);
            if (shared.length > 0)
                share(shared);
        },
    };
}
/** The deeds of a run, the last first. A line that was cut by a kill is left out: its deed was not done. */
function readJournal(folder) {
    let text;
    try {
        text = (0,external_node_fs_.readFileSync)((0,external_node_path_.join)(folder, FILE), 'utf8');
    }
    catch {
        return [];
    }
    return parseUndos(text.split('\n'));
}
/** Deeds from their lines, the last first. */
const parseUndos = (lines) => lines.flatMap(parseUndo).reverse();
function parseUndo(line) {
    let value;
    try {
        value = JSON.parse(line);
    }
    catch {
        return [];
    }
    if (typeof value !== 'object' || value === null || !('kind' in value))
        return [];
    const undo = value;
    const known = ['remove', 'unregister', 'register', 'unmount', 'stop', 'unit', 'command'].includes(undo.kind);
    const allowed = undo.kind !== 'command' || UNDO_TOOLS.includes(undo.tool);
    const ours = undo.kind !== 'unit' || /^nix-multiarch-[0-9a-f]+\.service$/.test(undo.name);
    return known && allowed && ours ? [undo] : [];
}

;// CONCATENATED MODULE: ./build/js/runner/leases.js







/** World-writable as its parent, whose lock is everybody's too: runners of one machine may be different users. */
const PARENT = '/var/tmp';
const FOLDER = `${PARENT}/nix-multiarch`;
const HANDED_OVER = 'handed-over-';
const LOCK_SECONDS = 120;
/** Whether the job of a lease still runs. @param there whether its folder is; undefined where this user cannot see that */
function isAlive(lease, there, startOf) {
    if (there === false)
        return false;
    return lease.pid <= 1 || startOf(lease.pid) === lease.startTime;
}
/** Announces a run to other jobs of this machine. Where that is not possible it does not, and the job goes on. */
function takeLease(folder) {
    try {
        (0,external_node_fs_.mkdirSync)(FOLDER);
        (0,external_node_fs_.chmodSync)(FOLDER, 0o1777);
    }
    catch {
        // it is there
    }
    const lease = { folder, pid: process.ppid, startTime: startTime(process.ppid) ?? '' };
    attempt(() => (0,external_node_fs_.writeFileSync)(fileOf(folder), `${JSON.stringify(lease)}\n`, { mode: 0o644, flag: 'wx' }));
}
/** Writes down, where other jobs see it, what they may rely on and somebody must undo. */
const noteDeeds = (folder, undos) => void attempt(() => (0,external_node_fs_.appendFileSync)(fileOf(folder), `\n${printDeeds(undos)}`, { flag: 'a' }));
const printDeeds = (undos) => undos.map((undo) => `${JSON.stringify(undo)}\n`).join('');
const fileOf = (folder) => (0,external_node_path_.join)(FOLDER, (0,external_node_path_.basename)(folder));
/**
 * Looks at the leases of others. Deeds are believed only of files that this user has written, or root where this run
 * can be root: else it could neither undo them nor take the file away.
 */
function readLeases(folder, asRoot) {
    const names = (attempt(() => (0,external_node_fs_.readdirSync)(FOLDER)) ?? []).filter((name) => name !== (0,external_node_path_.basename)(folder));
    const files = names.flatMap((name) => readLease((0,external_node_path_.join)(FOLDER, name), asRoot) ?? []);
    const dead = files.filter(({ alive }) => !alive);
    return {
        others: files.length - dead.length,
        adopted: dead.filter(({ believed }) => believed).sort((a, b) => b.time - a.time),
    };
}
function readLease(path, asRoot) {
    const stat = attempt(() => (0,external_node_fs_.lstatSync)(path));
    const text = stat?.isFile() === true ? attempt(() => (0,external_node_fs_.readFileSync)(path, 'utf8')) : undefined;
    if (stat === undefined || text === undefined)
        return undefined;
    const lines = text.split('\n');
    const lease = (0,external_node_path_.basename)(path).startsWith(HANDED_OVER) ? undefined : parseLease(lines.shift() ?? '');
    return {
        path,
        alive: lease !== undefined && isAlive(lease, isThere(lease.folder), startTime),
        believed: stat.nlink === 1 && (stat.uid === process.getuid?.() || (stat.uid === 0 && asRoot)),
        deeds: parseUndos(lines),
        time: stat.mtimeMs,
    };
}
/** Leaves deeds to whoever leaves last, in a file that all who can undo them believe. */
async function handOver(folder, deeds, files, asRoot) {
    if (deeds.length > 0)
        await files.write((0,external_node_path_.join)(FOLDER, `${HANDED_OVER}${(0,external_node_path_.basename)(folder)}`), printDeeds(deeds), { asRoot });
}
/** Ends this run's lease and what it has adopted. */
async function endLease(folder, adopted, files, asRoot) {
    await files.remove(fileOf(folder));
    for (const { path } of adopted)
        await files.remove(path, { asRoot });
    attempt(() => (0,external_node_fs_.rmdirSync)(FOLDER));
}
function parseLease(line) {
    const lease = attempt(() => JSON.parse(line));
    const { folder, pid, startTime: start } = lease ?? {};
    return typeof folder === 'string' && typeof pid === 'number' && typeof start === 'string'
        ? { folder, pid, startTime: start }
        : undefined;
}
/** Undefined where this user may not look there. */
function isThere(path) {
    try {
        (0,external_node_fs_.lstatSync)(path);
        return true;
    }
    catch (error) {
        return error.code === 'ENOENT' ? false : undefined;
    }
}
function attempt(work) {
    try {
        return work();
    }
    catch {
        return undefined;
    }
}
/**
 * Does something while no other job of this machine does: looking for a Nix and installing one, or taking it away. The
 * kernel frees the lock with the end of this process. Without flock(1), or after two minutes, it goes on without.
 * @param signal ends the waiting @throws UserError where it did
 */
async function exclusively(work, signal) {
    const holder = (0,external_node_child_process_.spawn)('flock', ['-w', String(LOCK_SECONDS), PARENT, 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
    holder.stdin.on('error', () => undefined);
    const ended = (0,external_node_events_.once)(holder, 'close').catch(() => undefined);
    holder.stdin.write('held\n');
    const stopWaiting = () => void holder.kill();
    signal?.addEventListener('abort', stopWaiting);
    await Promise.race([(0,external_node_events_.once)(holder.stdout, 'data').catch(() => undefined), ended]);
    signal?.removeEventListener('abort', stopWaiting);
    try {
        if (signal?.aborted === true)
            throw new errors/* UserError */.yo('the job was cancelled while it waited for another one of this machine');
        return await work();
    }
    finally {
        await release(holder, ended);
    }
}
async function release(holder, ended) {
    holder.stdin?.end();
    await ended;
}

// EXTERNAL MODULE: ./build/js/nix/units.js
var units = __webpack_require__(3365);
;// CONCATENATED MODULE: ./build/js/runner/held.js



/** On disk at most 24 MiB for each build that runs; few logs are longer. */
const SIZES = { memory: 64 * 1024, piece: 4 * 1024 * 1024, head: 2, tail: 4 };
/** @param folder made when it is needed, and removed when the text is taken */
function holdText(folder, sizes = SIZES) {
    let text = '';
    let piece = 0;
    let size = 0;
    let problem;
    const save = () => {
        if (text === '' || problem !== undefined)
            return;
        try {
            if (size === 0)
                (0,external_node_fs_.mkdirSync)(folder, { recursive: true, mode: 0o700 });
            (0,external_node_fs_.appendFileSync)((0,external_node_path_.join)(folder, String(piece)), text, { mode: 0o600 });
            size += text.length;
            text = '';
            if (size < sizes.piece * (piece + 1))
                return;
            piece += 1;
            if (piece - sizes.tail >= sizes.head)
                (0,external_node_fs_.rmSync)((0,external_node_path_.join)(folder, String(piece - sizes.tail)), { force: true });
        }
        catch (error) {
            // a full disk is no reason to end a build
            problem = `(the rest of this log could not be kept: ${error instanceof Error ? error.message : String(error)})\n`;
        }
    };
    return {
        add: (line) => {
            if (problem !== undefined)
                return;
            text += `${line}\n`;
            if (text.length > sizes.memory)
                save();
        },
        save,
        *take() {
            if (size > 0)
                yield* takePieces(folder);
            yield text + (problem ?? '');
            text = '';
            size = 0;
            piece = 0;
        },
    };
}
/** What a process that was killed has left in such a folder. */
function* takePieces(folder) {
    const pieces = (0,external_node_fs_.readdirSync)(folder)
        .map(Number)
        .sort((a, b) => a - b);
    let expected = 0;
    for (const piece of pieces) {
        if (piece !== expected)
            yield `(${(0,units/* formatBytes */.z3)((piece - expected) * SIZES.piece)} of this log are left out here)\n`;
        yield (0,external_node_fs_.readFileSync)((0,external_node_path_.join)(folder, String(piece)), 'utf8');
        expected = piece + 1;
    }
    (0,external_node_fs_.rmSync)(folder, { recursive: true, force: true });
}
/** Names of the texts that are held on disk below a folder, in the order in which they began. */
const heldOnDisk = (folder) => (0,external_node_fs_.existsSync)(folder) ? (0,external_node_fs_.readdirSync)(folder).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)) : [];

;// CONCATENATED MODULE: ./build/js/runner/log.js





const SHORTEST_SECRET = 4;
/** Characters that are written at once. */
const BATCH = 64 * 1024;
/**
 * The job log on stdout. A text in which anything could be a workflow command is printed between `::stop-commands::`
 * and its end, else a build log could set our state, annotate files or end a group (CVE-2020-15228 and its leftovers).
 * @param folder where long texts are kept until they are printed
 */
function createLog(write, folder) {
    const token = (0,external_node_crypto_.randomBytes)(16).toString('hex');
    const texts = (0,external_node_path_.join)(folder, 'held');
    let stopped = false;
    let held = 0;
    const resume = () => {
        const line = stopped ? `::${token}::\n` : '';
        stopped = false;
        return line;
    };
    const guard = (text) => {
        const clean = plain((0,errors/* redact */.E$)(text, []));
        // a command begins with `::` at the start of a line, and the runner has its own idea of what ends one
        if (stopped || !clean.includes('::'))
            return clean;
        stopped = true;
        return `::stop-commands::${token}\n${clean}`;
    };
    const asText = (text) => write(guard(`${text}\n`));
    const asCommand = (command) => {
        const line = resume();
        if (line !== '')
            write(line);
        command();
    };
    const clean = (text) => (0,errors/* redact */.E$)(text, []);
    const startGroup = (title) => `${resume()}::group::${escaped(plain(clean(title)))}\n`;
    // No `await` between the ends of a section, so that nobody else prints inside.
    const printSection = (title, parts) => {
        let ready = '';
        let empty = true;
        for (const part of parts) {
            if (part === '')
                continue;
            ready += empty ? startGroup(title) + guard(part) : guard(part);
            empty = false;
            if (ready.length < BATCH)
                continue;
            write(ready);
            ready = '';
        }
        if (empty)
            asText(title);
        else
            write(`${ready}${resume()}::endgroup::\n`);
    };
    return {
        info: asText,
        debug: (text) => lib_core/* isDebug */._o() && asText(`debug: ${text}`),
        notice: (text, where) => asCommand(() => lib_core/* notice */.lm(clean(text), properties(where))),
        warning: (text, where) => asCommand(() => lib_core/* warning */.$e(clean(text), properties(where))),
        error: (text, where) => asCommand(() => lib_core/* error */.z3(clean(text), properties(where))),
        group: async (title, body) => {
            write(startGroup(title));
            try {
                return await body();
            }
            finally {
                write(`${resume()}::endgroup::\n`);
            }
        },
        hold: (name) => {
            held += 1;
            const { add, save, take } = holdText((0,external_node_path_.join)(texts, `${held} ${name.replace(/[^\w+.?=-]/g, '_').slice(0, 200)}`));
            return { add, save, print: (title) => printSection(title, take()) };
        },
        printLeft: () => {
            for (const name of heldOnDisk(texts))
                printSection(`${name.replace(/^\d+ /, '')}: its log when the action was killed`, takePieces((0,external_node_path_.join)(texts, name)));
        },
        end: () => asCommand(() => undefined),
        mask: (secret) => {
            for (const part of new Set([secret, ...secret.split(/\r?\n/)])) {
                if (part.trim().length >= SHORTEST_SECRET)
                    asCommand(() => lib_core/* setSecret */.Pq(part.trim()));
            }
        },
    };
}
/**
 * The page that shows a log draws groups by lines that begin with `##[group]` or `[group]`, whether the runner wrote them
 * on a command or a build did; and the runner obeys `##[command]` anywhere in a line.
 */
const plain = (text) => text.includes('##[') || text.includes('group]')
    ? text.replaceAll('##[', '# #[').replace(/\[(?=(?:end)?group\])/gi, '[ ')
    : text;
const escaped = (title) => title.replace(/\s+/g, ' ').replaceAll('%', '%25');
function properties(where) {
    return {
        ...(where?.title === undefined ? {} : { title: where.title }),
        ...(where?.file === undefined ? {} : { file: where.file }),
        ...(where?.startLine === undefined ? {} : { startLine: where.startLine }),
    };
}

;// CONCATENATED MODULE: ./build/js/runner/proxy.js
/** As curl reads it, and with it Nix: a name of its own before one for all, and http where it names no scheme. */
function httpsProxy(env) {
    const name = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'].find((each) => env[each]);
    if (name === undefined)
        return undefined;
    const value = env[name] ?? '';
    const url = value.includes('://') ? value : `http://${value}`;
    if (!/^https?:/i.test(url))
        return { name, problem: 'downloads of this action go by http and https proxies only' };
    if (!URL.canParse(url))
        return { name, problem: 'it is no URL; in a password # is written %23, / %2F and @ %40' };
    return { name, url };
}

;// CONCATENATED MODULE: ./build/js/runner/download.js



const REDIRECTS = 5;
/** What ended a try. `retry` false: a further try would end the same way. */
class FailedTry extends Error {
    retry;
    waitSeconds;
    kind;
    constructor(message, more) {
        super(message);
        this.retry = more.retry;
        this.waitSeconds = more.waitSeconds;
        this.kind = more.kind;
    }
}
/** The bytes are right, and who was given them failed. */
class ConsumerFault extends Error {
}
/** A megabyte with what it needs: read only by a run that asks a server something. */
async function openClient(...options) {
    const toolkit = await __webpack_require__.e(/* import() */ 799).then(__webpack_require__.bind(__webpack_require__, 5799));
    const proxy = httpsProxy(process.env)?.url;
    if (proxy !== undefined)
        process.env.https_proxy = proxy; // the one name and form that the toolkit knows
    return new toolkit.HttpClient(...options);
}
/** @throws what the consumer made of the right bytes: another try would end the same way. */
function asFailedTry(error) {
    if (error instanceof FailedTry)
        return error;
    if (error instanceof ConsumerFault)
        throw error.cause;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const text = error instanceof Error ? error.message || code || error.name : String(error);
    if (/CERT|_SIGNATURE$/.test(code))
        return certificateFault(code, text);
    const why = text === 'aborted' ? 'the connection was cut (aborted)' : (0,errors/* redact */.E$)(text, []);
    return new FailedTry(why, { retry: true, kind: 'connection' });
}
function certificateFault(code, text) {
    const why = text.replace(/; if the root CA is installed locally.*/, '');
    if (!/^(UNABLE|DEPTH|SELF)/.test(code))
        return new FailedTry(why, { retry: false });
    const advice = 'Name the file with the certificate of its CA in NIX_SSL_CERT_FILE or NODE_EXTRA_CA_CERTS.';
    return new FailedTry(`its certificate is not trusted: ${why}. ${advice}`, { retry: false, kind: 'certificate' });
}
/** One try of a download. @throws FailedTry */
async function oneTry(what, consume, limits) {
    const { cancelled } = limits;
    const client = await openClient('nix-multiarch', [], {
        allowRedirects: false,
        allowRetries: false,
        socketTimeout: limits.idleSeconds * 1000,
    });
    let abort = () => undefined;
    const ended = new Promise((_, reject) => {
        abort = reject;
    });
    const tooLong = new FailedTry(`it took longer than ${limits.totalSeconds} s`, { retry: true });
    const total = setTimeout(() => abort(tooLong), limits.totalSeconds * 1000);
    const cancel = () => abort(new FailedTry('the job was cancelled', { retry: false }));
    if (cancelled.aborted)
        cancel();
    cancelled.addEventListener('abort', cancel);
    try {
        const message = await Promise.race([download_open(client, what.url), ended]);
        try {
            checkAnswer(message, what);
            // on the total limit the bytes end with that error, so that the consumer ends too
            ended.catch((error) => message.destroy(error));
            await pass(message, what, consume, limits.idleSeconds);
        }
        finally {
            message.destroy();
        }
    }
    finally {
        clearTimeout(total);
        cancelled.removeEventListener('abort', cancel);
        client.dispose();
    }
}
/** Follows redirects itself: none to http, none to another host with our credentials. */
async function download_open(client, start) {
    let url = new URL(start);
    const first = url;
    for (let hops = 0; hops <= REDIRECTS; hops += 1) {
        refuseInsecure(url);
        const { message } = await client.get(url.href, url.host === first.host ? credentials(first) : {});
        const target = message.headers.location;
        if (![301, 302, 303, 307, 308].includes(message.statusCode ?? 0) || target === undefined)
            return message;
        message.destroy();
        if (!URL.canParse(target, url.href))
            throw new FailedTry('the server redirects to what is no URL', { retry: false });
        const next = new URL(target, url);
        if (url.protocol === 'https:' && next.protocol !== 'https:') {
            throw new FailedTry(`the server redirects from https to ${shownUrl(next.href)}`, { retry: false });
        }
        url = next;
    }
    throw new FailedTry(`more than ${REDIRECTS} redirects`, { retry: false });
}
/** http is for loopback only: what it carries can be changed on the way. */
function refuseInsecure(url) {
    const loopback = ['localhost', '[::1]'].includes(url.hostname) || /^127\.\d+\.\d+\.\d+$/.test(url.hostname);
    if (url.protocol === 'https:' || (url.protocol === 'http:' && loopback))
        return;
    throw new FailedTry(`only https is allowed (and http from this machine), not ${shownUrl(url.href)}`, { retry: false });
}
const credentials = (url) => {
    if (url.username === '')
        return {};
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
};
function checkAnswer(message, what) {
    const status = message.statusCode ?? 0;
    if (status !== 200) {
        const retry = status >= 500 || [408, 425, 429].includes(status);
        const waitSeconds = retryAfter(message.headers['retry-after'], Date.now());
        throw new FailedTry(`the server answered ${status} ${message.statusMessage ?? ''}`.trim(), { retry, waitSeconds });
    }
    if (Number(message.headers['content-length'] ?? 0) > what.maxBytes)
        throw tooLarge(what);
}
const tooLarge = (what) => new FailedTry(`it is larger than ${what.maxBytes} bytes`, { retry: false });
/** Hands the bytes on as they come. The hash is found out also where the consumer gave up: it tells why. */
async function pass(message, what, consume, idleSeconds) {
    message.setTimeout(idleSeconds * 1000, () => message.destroy(new Error(`no data for ${idleSeconds} s`)));
    const bytes = checked(message, what);
    let broken;
    const next = async () => {
        try {
            return await bytes.next();
        }
        catch (error) {
            broken = error;
            throw error;
        }
    };
    // without `return`: a consumer that gives up does not end the bytes
    const fault = await consume({ [Symbol.asyncIterator]: () => ({ next }) }).then(() => undefined, (cause) => new ConsumerFault('', { cause }));
    while (broken === undefined && !(await next()).done)
        ;
    if (broken !== undefined)
        throw broken;
    if (fault !== undefined)
        throw fault;
}
/** The bytes; instead of their end a FailedTry where they are too few, too many or wrong. */
async function* checked(message, what) {
    const hash = (0,external_node_crypto_.createHash)('sha256');
    let size = 0;
    for await (const chunk of message) {
        size += chunk.length;
        if (size > what.maxBytes)
            throw tooLarge(what);
        hash.update(chunk);
        yield chunk;
    }
    const length = message.headers['content-length'];
    if (length !== undefined && size !== Number(length)) {
        throw new FailedTry(`the connection was cut after ${size} of ${length} bytes`, { retry: true });
    }
    const got = hash.digest('hex');
    if (got === what.sha256.toLowerCase())
        return;
    const page = message.headers['content-type']?.includes('text/html') ? ', a web page' : '';
    const encoding = message.headers['content-encoding'];
    const encoded = encoding === undefined ? '' : `, encoded by the server: ${encoding}`;
    const text = `its SHA-256 is ${got}, expected ${what.sha256} (${size} bytes${page}${encoded})`;
    throw new FailedTry(text, { retry: true, kind: 'hash' });
}
/** Seconds that a `Retry-After` header asks for: a number of seconds or a date. @param now milliseconds since 1970 */
function retryAfter(header, now) {
    if (header === undefined)
        return undefined;
    if (/^\d+$/.test(header.trim()))
        return Number(header);
    const date = Date.parse(header);
    return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
/** A URL for people: without password and query, which may hold a token. */
const shownUrl = (url) => (0,errors/* redact */.E$)(url.replace(/\?.*$/s, '?…'), []).replace(/^(\w+:\/\/)[^/@\s]+@/, '$1***@');

;// CONCATENATED MODULE: ./build/js/runner/network.js




const LIMITS = {
    tries: 4,
    idleSeconds: 30,
    totalSeconds: 600,
    backoffSeconds: 1,
    longestWaitSeconds: 60,
};
/** A wrong hash is mostly a wrong file; one more try is for a connection that was cut without a trace. */
const HASH_TRIES = 2;
/** Downloads over HTTP; proxies are those of the environment (https_proxy, no_proxy). @param cancelled ends them */
function createNetwork(log, cancelled, limits = LIMITS) {
    return { download: (what, consume) => tryAll(what, consume, { ...limits, cancelled }, log), ask };
}
/** Bytes of an answer that are looked at. */
const SHORT_TEXT = 16 * 1024;
async function ask(url, seconds) {
    const client = await openClient('nix-multiarch', [], { allowRetries: false, socketTimeout: seconds * 1000 });
    let late;
    const timeout = new Promise((resolve) => {
        late = setTimeout(() => resolve({ fault: 'timeout' }), seconds * 1000);
    });
    try {
        return await Promise.race([shortAnswer(client, url), timeout]);
    }
    catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : '';
        return { fault: code || (error instanceof Error ? error.message : String(error)) };
    }
    finally {
        clearTimeout(late);
        client.dispose();
    }
}
async function shortAnswer(client, url) {
    const { message } = await client.get(url);
    let text = '';
    for await (const chunk of message) {
        text += chunk.toString('latin1');
        if (text.length >= SHORT_TEXT)
            break;
    }
    message.destroy();
    return { status: message.statusCode ?? 0, text: text.slice(0, SHORT_TEXT) };
}
async function tryAll(what, consume, limits, log) {
    const name = shownUrl(what.url);
    for (let tried = 1;; tried += 1) {
        const once = () => oneTry(what, consume, limits).then(() => undefined, asFailedTry);
        let failure = await once();
        if (failure?.kind === 'certificate' && (await __webpack_require__.e(/* import() */ 363).then(__webpack_require__.bind(__webpack_require__, 7363))).trustMachine())
            failure = await once();
        if (failure === undefined)
            return;
        const wait = secondsToWait(failure, tried, limits);
        if (wait === undefined) {
            const tries = tried === 1 ? '1 try' : `${tried} tries`;
            throw new errors/* UserError */.yo(`cannot download ${name}: ${failure.message} (${tries})${failure.kind === 'connection' ? aboutProxy(what.url) : ''}`);
        }
        log.info(`download of ${name}: ${failure.message}; try ${tried + 1} of ${limits.tries} in ${wait.toFixed(1)} s`);
        await (0,external_node_timers_promises_.setTimeout)(wait * 1000, undefined, { signal: limits.cancelled }).catch(() => undefined);
    }
}
function aboutProxy(url) {
    const proxy = url.startsWith('https:') ? httpsProxy(process.env) : undefined;
    if (proxy === undefined)
        return '';
    return proxy.problem === undefined
        ? `\n${proxy.name} names a proxy: look whether it works, and whether no_proxy should name this host.`
        : `\n${proxy.name} is not used: ${proxy.problem}.`;
}
/** Seconds until the next try; undefined where there is none. */
function secondsToWait(failure, tried, limits) {
    if (!failure.retry || tried >= Math.min(limits.tries, failure.kind === 'hash' ? HASH_TRIES : limits.tries))
        return undefined;
    const wait = failure.waitSeconds ?? limits.backoffSeconds * 2 ** (tried - 1) * (0.75 + Math.random() / 2);
    return wait > limits.longestWaitSeconds ? undefined : wait;
}

// EXTERNAL MODULE: ./build/js/runner/privilege.js
var privilege = __webpack_require__(2010);
;// CONCATENATED MODULE: ./build/js/runner/terminal.js

const ESCAPE = '\u001b[';
const terminal_SHORTEST_SECRET = 4;
const style = (code, text) => `${ESCAPE}${code}m${text}${ESCAPE}0m`;
/**
 * The log on a terminal: text instead of workflow commands, and below it, drawn again and again, what is going on.
 */
function createTerminalLog(terminal, debugging) {
    const secrets = new Set();
    const statuses = new Map();
    let drawn = 0;
    const erase = () => (drawn === 0 ? '' : `${ESCAPE}${drawn}A\r${ESCAPE}J`);
    const hide = (text) => (0,errors/* redact */.E$)(text, [...secrets]);
    const update = (text) => {
        const { columns, rows } = terminal.size();
        const lines = [...statuses.values()].flat().slice(0, Math.max(1, rows - 2));
        const status = lines.map((line) => `${hide(line).slice(0, columns - 1)}\n`).join('');
        terminal.write(erase() + text + status);
        drawn = lines.length;
    };
    const print = (text) => update(`${hide(text)}\n`);
    const said = (word, colour) => (text, where) => {
        const line = where?.startLine === undefined ? '' : `:${where.startLine}`;
        const place = where?.file === undefined ? '' : ` (${where.file}${line})`;
        print(`${style(colour, `${word}:`)} ${text}${place}`);
    };
    return {
        info: print,
        debug: (text) => debugging && print(style(2, `debug: ${text}`)),
        notice: said('Notice', 36),
        warning: said('Warning', 33),
        error: said('Error', 31),
        group: async (title, body) => {
            print(style(1, title));
            return await body();
        },
        status: (owner, lines) => {
            if (lines.length === 0)
                statuses.delete(owner);
            else
                statuses.set(owner, lines);
            update('');
        },
        mask: (secret) => {
            for (const part of [secret, ...secret.split(/\r?\n/)])
                if (part.trim().length >= terminal_SHORTEST_SECRET)
                    secrets.add(part.trim());
        },
        end: () => {
            statuses.clear();
            update('');
        },
    };
}

;// CONCATENATED MODULE: ./build/js/runner/tool-cache.js


/** The toolkit comes with an HTTP client of a megabyte: read only by a run that has something to keep. */
const toolkit = () => Promise.all(/* import() */[__webpack_require__.e(799), __webpack_require__.e(621)]).then(__webpack_require__.bind(__webpack_require__, 9621));
/**
 * The runner's tool cache. Without RUNNER_TOOL_CACHE nothing is found, and `save` leaves the folder where it is.
 * @param allowCommands called before the toolkit prints workflow commands of its own (`::debug::`)
 */
function createToolCache(allowCommands) {
    const root = () => process.env.RUNNER_TOOL_CACHE ?? '';
    return {
        find: async (tool, version) => {
            if (root() === '' || !(0,external_node_fs_.existsSync)((0,external_node_path_.join)(root(), tool)))
                return undefined;
            const usual = (0,external_node_path_.join)(root(), tool, version, process.arch);
            if ((0,external_node_fs_.existsSync)(usual) && (0,external_node_fs_.existsSync)(`${usual}.complete`))
                return usual;
            const { find } = await toolkit();
            allowCommands();
            return find(tool, version) || undefined;
        },
        save: async (folder, tool, version) => {
            if (root() === '')
                return folder;
            const { cacheDir } = await toolkit();
            allowCommands();
            return await cacheDir(folder, tool, version);
        },
    };
}

;// CONCATENATED MODULE: ./build/js/runner/undo-all.js






const BINFMT = '/proc/sys/fs/binfmt_misc';
/**
 * Ends what main left running, undoes all deeds of its journal, and removes its folder with every secret in it.
 * @throws UserError that lists what could not be undone
 */
async function undoRun(folder, hands) {
    const ended = await endLeftProcesses(folder, hands.sudo);
    if (ended > 0)
        hands.log.info(`ended ${ended} command(s) that main left running`);
    const problems = await exclusively(() => leave(folder, hands));
    if (problems.length > 0) {
        throw new errors/* UserError */.yo(`Not everything could be undone; please put it right by hand:\n${problems.map((line) => `- ${line}`).join('\n')}`);
    }
}
/** What other jobs may rely on stays while there are any; who leaves last undoes it for all. */
async function leave(folder, hands) {
    const deeds = readJournal(folder);
    const asRoot = hands.sudo || process.getuid?.() === 0;
    const { others, adopted } = readLeases(folder, asRoot);
    if (others > 0) {
        const shared = deeds.filter((deed) => deed.shared === true);
        if (shared.length > 0)
            hands.log.info(`${others} other job(s) of this machine still run: the last one undoes the rest`);
        await handOver(folder, [...shared].reverse(), hands.files, asRoot);
    }
    const own = others > 0 ? deeds.filter((deed) => deed.shared !== true) : deeds;
    const left = others > 0 ? [] : adopted;
    const problems = await undoAll([...own, ...left.flatMap((file) => file.deeds)], hands);
    await hands.files.remove(folder, { asRoot: hands.sudo });
    await endLease(folder, left, hands.files, asRoot);
    return problems;
}
/** Undoes all deeds in the order given; goes on after a failure. Gives one sentence for each that failed. */
async function undoAll(deeds, hands) {
    const problems = [];
    for (const deed of deeds) {
        try {
            await undo(deed, hands);
        }
        catch (error) {
            problems.push(`${describeUndo(deed)}: ${error instanceof Error ? error.message : String(error)}`);
        }
    }
    return problems;
}
/** What is undone, for the log. */
function describeUndo(deed) {
    switch (deed.kind) {
        case 'remove':
            return `remove ${deed.path}`;
        case 'unregister':
            return `unregister the emulator ${deed.entry}`;
        case 'register':
            return `register the emulator ${deed.entry} again`;
        case 'unmount':
            return `unmount ${deed.path}`;
        case 'stop':
            return `stop process ${deed.pid}`;
        case 'unit':
            return `stop the unit ${deed.name}`;
        case 'command':
            return `run ${deed.tool} ${deed.args.join(' ')}`;
    }
}
async function undo(deed, { commands, files, log, sudo }) {
    log.info(`undo: ${describeUndo(deed)}`);
    switch (deed.kind) {
        case 'remove':
            return await removeWhole(deed, commands, files).catch((error) => {
                // something was mounted there before: what is in it is gone, and the place itself stays
                if (!isEmptyMount(deed.path))
                    throw error;
            });
        case 'unregister':
            return await unregister(deed, files);
        case 'register':
            return await register(deed, files);
        case 'unmount':
            await commands.run({ tool: 'umount', args: [deed.path] }, { asRoot: true, timeoutSeconds: 60, accept: [32] });
            return;
        case 'stop':
            return await stop(deed, sudo);
        case 'unit':
            // 1 and 5: systemd knows no such unit any more
            for (const [verb, accept] of [
                [['kill'], [1, 5]],
                [['stop'], [5]],
                [
                    ['kill', '--signal=KILL'],
                    [1, 5],
                ],
            ])
                await commands.run({ tool: 'systemctl', args: ['--no-ask-password', ...verb, deed.name] }, { asRoot: true, timeoutSeconds: 60, accept });
            return;
        case 'command':
            return deed.tool === 'sed' ? await edit(deed, commands) : await runUndo(deed, commands);
    }
}
/** With what it has started: a worker of the Nix daemon is a group of its own and blocks SIGTERM. */
async function stop({ pid, startTime: began }, sudo) {
    if (startTime(pid) !== began)
        return;
    const below = groupsBelow(pid);
    await endGroup(pid, sudo);
    for (const group of below)
        signalGroup(group, 'SIGKILL', sudo);
}
const runUndo = async (deed, commands) => {
    const command = { tool: deed.tool, args: deed.args, env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' } };
    await commands.run(command, { asRoot: deed.root, timeoutSeconds: 600 });
};
/** What `sed -i` says of a file that is mounted over, which no other can replace, and where it knows no `--follow-symlinks`. */
const WRITE_IN_PLACE = /busy|option/;
/** Edits a file by replacing it, so that it is never half written; in place only where that cannot be. */
async function edit(deed, commands) {
    const file = deed.args.at(-1) ?? '';
    const print = { tool: 'sed', args: deed.args.filter((arg) => arg !== '-i' && !arg.startsWith('--')) };
    const options = { asRoot: deed.root, timeoutSeconds: 60 };
    const { stdout } = await commands.run(print, options);
    if (stdout === (0,external_node_fs_.readFileSync)(file, 'utf8'))
        return;
    try {
        await runUndo(deed, commands);
    }
    catch (error) {
        if (!(error instanceof errors/* CommandError */.Qd) || !WRITE_IN_PLACE.test(error.result.stderr))
            throw error;
        await commands.run({ tool: 'tee', args: ['--', file], input: stdout }, { ...options, discardStdout: true });
    }
}
/**
 * What other jobs look for is whole or not there: removing a store takes minutes, in which post may be killed. It is
 * first given another name, where that can be; who undoes the same deed again removes what is left under that name.
 */
async function removeWhole({ path, root, shared }, commands, files) {
    const aside = `${path}.removed-by-nix-multiarch`;
    if (shared === true && (0,external_node_fs_.existsSync)(aside))
        await files.remove(aside, { asRoot: root });
    const options = { asRoot: root, accept: 'any', timeoutSeconds: 60 };
    const rename = { tool: 'mv', args: ['-T', '--', path, aside] };
    const isFolder = (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false })?.isDirectory() === true;
    const renamed = shared === true && isFolder && (await commands.run(rename, options)).exitCode === 0;
    await files.remove(renamed ? aside : path, { asRoot: root });
}
function isEmptyMount(path) {
    try {
        return (0,external_node_fs_.statSync)(path).dev !== (0,external_node_fs_.statSync)((0,external_node_path_.dirname)(path)).dev && (0,external_node_fs_.readdirSync)(path).length === 0;
    }
    catch {
        return false;
    }
}
/** Takes our entry out; one that somebody else registered under that name since then stays. */
async function unregister(deed, files) {
    const file = (0,external_node_path_.join)(BINFMT, (0,external_node_path_.basename)(deed.entry));
    if (!(0,external_node_fs_.existsSync)(file))
        return;
    const ours = (0,external_node_fs_.readFileSync)(file, 'utf8').split('\n').includes(`interpreter ${deed.interpreter}`);
    if (ours)
        await files.writeKernel(file, '-1');
}
async function register(deed, files) {
    const file = (0,external_node_path_.join)(BINFMT, (0,external_node_path_.basename)(deed.entry));
    if (!(0,external_node_fs_.existsSync)(file))
        await files.writeKernel((0,external_node_path_.join)(BINFMT, 'register'), deed.line);
    if (!deed.enabled)
        await files.writeKernel(file, '0');
}

;// CONCATENATED MODULE: ./build/js/runner/runner.js


















const STATE = 'folder';
const PREFIX = 'nix-multiarch-';
/**
 * The runner for main: makes the run's private folder and leaves its name for post before anything else is done.
 * @param asked what this user may do, where that was asked already
 */
async function openRunner(asked = (0,privilege/* askPrivilege */.Z)()) {
    // a store, its database and /etc/profile.d are for all users of the machine; what is secret is written with a mode
    process.umask(0o022);
    const folder = privateFolder(temporaryFolder());
    takeLease(folder);
    return assemble(folder, await asked);
}
/** Ends the process where there is no place for it, or post cannot be told: nothing is done yet, and nothing can be. */
function privateFolder(temp) {
    let folder;
    try {
        (0,external_node_fs_.mkdirSync)(temp, { recursive: true });
        folder = (0,external_node_fs_.mkdtempSync)((0,external_node_path_.join)((0,external_node_fs_.realpathSync)(temp), PREFIX));
        remember(STATE, folder);
        return folder;
    }
    catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const place = 'the folder for temporary files of the job, RUNNER_TEMP, cannot be written: ';
        lib_core/* setFailed */.C1(`${folder === undefined ? place : ''}${reason}`);
        if (folder !== undefined)
            (0,external_node_fs_.rmdirSync)(folder);
        return process.exit(1);
    }
}
/** The runner for post, on the folder that main made; undefined where main did not get that far. */
async function reopenRunner() {
    const folder = core.getState(STATE);
    return isOurFolder(folder) ? assemble(folder, await askPrivilege()) : undefined;
}
/** STATE_* can be set by other steps: only a private folder of this user at the place where main makes it is ours. */
function isOurFolder(folder) {
    if (!existsSync(temporaryFolder()) || dirname(folder) !== realpathSync(temporaryFolder()))
        return false;
    if (!basename(folder).startsWith(PREFIX) || !existsSync(folder))
        return false;
    const stat = lstatSync(folder);
    return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
}
/** Nobody but a person at a terminal of their own reads along: a runner obeys and shows what is printed. */
const onTerminal = () => process.stdout.isTTY === true && process.env.GITHUB_ACTIONS !== 'true';
const temporaryFolder = () => process.env.RUNNER_TEMP || (0,external_node_os_.tmpdir)();
/**
 * Text of an input, trimmed; one that is empty or absent gets its default from action.yml.
 * @param action folder of action.yml within the repository
 */
function inputReader(action = '.') {
    const actionYml = (0,external_node_path_.join)((0,external_node_path_.dirname)((0,external_node_fs_.realpathSync)(process.argv[1] ?? '.')), '../..', action, 'action.yml');
    const defaults = (0,external_node_fs_.existsSync)(actionYml) ? readDefaults((0,external_node_fs_.readFileSync)(actionYml, 'utf8')) : new Map();
    return (name) => lib_core/* getInput */.V4(name) || (defaults.get(name) ?? '');
}
function assemble(folder, privilege) {
    const facts = gatherFacts(folder, privilege);
    const log = onTerminal()
        ? createTerminalLog({ write: (text) => void process.stdout.write(text), size: () => process.stdout }, lib_core/* isDebug */._o())
        : createLog((text) => process.stdout.write(text), folder);
    const processes = createProcessList(folder);
    const cancelling = new AbortController();
    const { cancel, ...commands } = createCommands({ privilege: facts.privilege, processes, folder, debug: log.debug });
    const files = createFiles(commands, folder, facts.privilege === 'root');
    return {
        log,
        commands,
        files,
        network: createNetwork(log, cancelling.signal),
        // The toolkit prints debug commands of its own: they are to be commands, not text.
        tools: createToolCache(log.end),
        journal: {
            ...createJournal(folder, (undos) => noteDeeds(folder, undos)),
            exclusively: (work) => exclusively(work, cancelling.signal),
        },
        job: createJob(log),
        facts,
        cancelled: cancelling.signal,
        cancel: async () => {
            cancelling.abort();
            await cancel();
        },
        fail: (error) => {
            process.exitCode = 1;
            const said = error instanceof errors/* UserError */.yo || error instanceof errors/* CommandError */.Qd ? error.message : describeFault(error);
            const knows = error instanceof errors/* UserError */.yo && error.message.includes('cancelled');
            if (!cancelling.signal.aborted || knows)
                return log.error(said);
            // what failed then did so because it was ended
            log.error('The job was cancelled: what was running is ended, and the post step undoes the rest.');
            log.debug(said);
        },
        undo: async () => {
            try {
                log.printLeft?.();
            }
            finally {
                await undoRun(folder, { commands, files, log, sudo: facts.privilege === 'sudo' });
            }
        },
        close: async () => {
            log.end();
            await new Promise((resolve) => process.stdout.write('', resolve));
            process.exit();
        },
    };
}
/** A failure that is ours, not the workflow's: with its stack, so that it can be reported. A full disk is neither's. */
function describeFault(error) {
    if (error instanceof Error && /\b(?:ENOSPC|EDQUOT)\b/.test(error.message))
        return `a disk is full: ${error.message}. Free some space there, or take a larger runner; RUNNER_TEMP is ${temporaryFolder()}.`;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `This is a fault of the action itself, please report it:\n${text}`;
}
function gatherFacts(folder, privilege) {
    const uid = process.getuid?.() ?? -1;
    return {
        folder,
        assets: (0,external_node_path_.dirname)((0,external_node_path_.dirname)((0,external_node_fs_.realpathSync)(process.argv[1] ?? '.'))),
        env: { ...process.env },
        workspace: process.env.GITHUB_WORKSPACE || process.cwd(),
        home: process.env.HOME || homeOfUser(),
        user: userName(uid),
        uid,
        privilege,
        systemd: (0,external_node_fs_.existsSync)('/run/systemd/system'),
        cpus: (0,external_node_os_.availableParallelism)(),
    };
}
// A container's uid need not be in passwd.
function homeOfUser() {
    try {
        return (0,external_node_os_.homedir)();
    }
    catch {
        return '/';
    }
}
function userName(uid) {
    try {
        return (0,external_node_os_.userInfo)().username;
    }
    catch {
        return String(uid);
    }
}


/***/ })

};
