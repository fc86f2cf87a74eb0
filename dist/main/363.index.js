export const id = 363;
export const ids = [363];
export const modules = {

/***/ 7363:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   trustMachine: () => (/* binding */ trustMachine)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3024);
/* harmony import */ var node_tls__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1692);


/** Where the machine's own certificates are, those of Nix and curl before those of the distribution. */
const BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem'];
let machineTrusted = false;
/**
 * Node brings its own certificates: a company's CA is only in the machine's. Read where they are needed, since that takes
 * 0.05 s. @returns whether there are more now
 */
function trustMachine() {
    if (machineTrusted || node_tls__WEBPACK_IMPORTED_MODULE_1__.setDefaultCACertificates === undefined)
        return false;
    machineTrusted = true;
    const named = [process.env.NIX_SSL_CERT_FILE, process.env.SSL_CERT_FILE].filter((file) => file !== undefined);
    const texts = [...named, ...BUNDLES].flatMap((file) => {
        try {
            return [(0,node_fs__WEBPACK_IMPORTED_MODULE_0__.readFileSync)(file, 'utf8')];
        }
        catch {
            return [];
        }
    });
    try {
        node_tls__WEBPACK_IMPORTED_MODULE_1__.setDefaultCACertificates([...node_tls__WEBPACK_IMPORTED_MODULE_1__.getCACertificates('default'), ...texts]);
        return texts.length > 0;
    }
    catch {
        return false; // what is in a file is no certificate
    }
}


/***/ })

};
