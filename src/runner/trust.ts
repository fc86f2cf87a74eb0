import { readFileSync } from 'node:fs'
import tls from 'node:tls'

/** Where the machine's own certificates are, those of Nix and curl before those of the distribution. */
const BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem']
let machineTrusted = false

/**
 * Node brings its own certificates: a company's CA is only in the machine's. Read where they are needed, since that takes
 * 0.05 s. @returns whether there are more now
 */
export function trustMachine(): boolean {
  if (machineTrusted || tls.setDefaultCACertificates === undefined) return false
  machineTrusted = true
  const named = [process.env.NIX_SSL_CERT_FILE, process.env.SSL_CERT_FILE].filter((file) => file !== undefined)
  const texts = [...named, ...BUNDLES].flatMap((file) => {
    try {
      return [readFileSync(file, 'utf8')]
    } catch {
      return []
    }
  })
  try {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...texts])
    return texts.length > 0
  } catch {
    return false // what is in a file is no certificate
  }
}
