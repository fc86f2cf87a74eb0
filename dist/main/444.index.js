export const id = 444;
export const ids = [444];
export const modules = {

/***/ 8444:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   packNix: () => (/* binding */ packNix),
/* harmony export */   restorePacked: () => (/* binding */ restorePacked)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3024);
/* harmony import */ var node_stream__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7075);
/* harmony import */ var node_zlib__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(8522);
/* harmony import */ var _fresh_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(1342);
/* harmony import */ var _unpack_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(2934);





/** What a new /nix has besides its store; the rest Nix makes when it is started. */
const STATE = ['var/nix/db/db.sqlite', 'var/nix/db/schema', 'var/nix/profiles'];
const CHUNKS = { chunkSize: 1024 * 1024 };
/** By what was asked for, and for what: the system is that of this machine. */
const nameOf = (sha256) => `nix-${process.platform}.${process.arch}-${sha256}`;
/** Lays /nix out as a job on another machine packed it of a tarball. @returns undefined where nothing serves */
async function restorePacked(runner, shelf, sha256, bin, asRoot) {
    const archive = await shelf.take(nameOf(sha256));
    if (archive === undefined)
        return undefined;
    const where = 'the Actions cache';
    return await (0,_fresh_js__WEBPACK_IMPORTED_MODULE_3__/* .layOut */ .v8)(runner, where, { bin, asRoot }, async (draft, run) => {
        await run('mkdir', '-p', '--', draft);
        const bytes = through(node_stream__WEBPACK_IMPORTED_MODULE_1__.Readable.from([archive]), node_zlib__WEBPACK_IMPORTED_MODULE_2__.createZstdDecompress(CHUNKS));
        await (0,_unpack_js__WEBPACK_IMPORTED_MODULE_4__/* .extract */ .o)(runner, `what ${where} kept`, bytes, { folder: draft, asRoot });
        return (0,_fresh_js__WEBPACK_IMPORTED_MODULE_3__/* .readAbout */ .id)(draft);
    });
}
/**
 * Packs /nix, as an install has just made it, for jobs on other machines, beside what follows: the database is copied
 * at once, store paths never change. Never throws: what is not packed costs time in the next job, nothing in this one.
 */
async function packNix(runner, shelf, sha256, found) {
    if (!shelf.writes)
        return;
    try {
        const draft = `${runner.facts.folder}/packed`;
        await runner.files.makeDirectory(draft);
        const copy = { tool: 'cp', args: ['-a', '--parents', '--', ...STATE, draft], cwd: '/nix' };
        await runner.commands.run(copy, { timeoutSeconds: 60 });
        for (const [n, text] of (await (0,_fresh_js__WEBPACK_IMPORTED_MODULE_3__/* .askAbout */ .D2)(runner, found)).entries())
            await runner.files.write(`${draft}/${_fresh_js__WEBPACK_IMPORTED_MODULE_3__/* .ABOUT */ .OZ[n]}`, text);
        const paths = (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readdirSync)('/nix/store').filter((name) => /^[a-z0-9]{32}-/.test(name) && !name.endsWith('.lock'));
        const members = ['-C', draft, ..._fresh_js__WEBPACK_IMPORTED_MODULE_3__/* .ABOUT */ .OZ, 'var', '-C', '/nix', ...paths.map((name) => `store/${name}`)];
        const tar = runner.commands.filter({ tool: 'tar', args: ['-c', '-f', '-', ...members] }, node_stream__WEBPACK_IMPORTED_MODULE_1__.Readable.from([]));
        shelf.put(nameOf(sha256), through(node_stream__WEBPACK_IMPORTED_MODULE_1__.Readable.from(tar), node_zlib__WEBPACK_IMPORTED_MODULE_2__.createZstdCompress(CHUNKS)));
    }
    catch (error) {
        runner.log.debug(`nothing is kept in the Actions cache: ${String(error)}`);
    }
}
/** @returns `transform`, which ends with an error where its input does */
function through(input, transform) {
    (0,node_stream__WEBPACK_IMPORTED_MODULE_1__.pipeline)(input, transform, () => undefined);
    return transform;
}


/***/ })

};
