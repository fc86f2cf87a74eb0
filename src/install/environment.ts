import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Runner, RunnerFacts } from '../runner/ports.ts'
import { homeOfNix } from './home.ts'

type Variables = Readonly<Record<string, string>>

const PROFILE = '/nix/var/nix/profiles/default'
/** In a profile that has Nix's own certificates. */
const BUNDLE = 'etc/ssl/certs/ca-bundle.crt'

/** Places of the CA certificates, those of the system first: a company's own CA is there (upstream's nix-daemon.sh). */
const CERTIFICATES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/certs/ca-bundle.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  `${PROFILE}/${BUNDLE}`,
  `${PROFILE}/etc/ca-bundle.crt`,
]

/** NIX_SSL_CERT_FILE, where it is not set and certificates are found. Like Nix, it goes by SSL_CERT_FILE first. */
export function certificates(env: RunnerFacts['env'], exists: (path: string) => boolean = existsSync): Variables {
  if (env.NIX_SSL_CERT_FILE) return {}
  const file = env.SSL_CERT_FILE || CERTIFICATES.find(exists)
  return file === undefined ? {} : { NIX_SSL_CERT_FILE: file }
}

const FORWARDED = ['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy']

/** Variables that a daemon of this run needs to reach the network. */
export function daemonEnvironment(env: RunnerFacts['env']): Variables {
  const names = [...FORWARDED, ...FORWARDED.map((name) => name.toUpperCase()), 'NIX_SSL_CERT_FILE']
  const set = names.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []))
  return { ...certificates(env), ...Object.fromEntries(set) }
}

const LOGIN_SCRIPT = '/etc/profile.d/nix-multiarch.sh'

/** What a login shell needs: /etc/profile replaces the PATH that a job gives its steps. */
export const loginScript = (
  bin: string,
  certificates: string | undefined,
): string => `# of a job that has installed Nix; its post step removes this file
PATH="$HOME/.nix-profile/bin:${bin}:$PATH"
NIX_PROFILES="\${NIX_PROFILES:-${PROFILE} $HOME/.nix-profile}"
export PATH NIX_PROFILES
${certificates === undefined ? `if [ -e ${PROFILE}/${BUNDLE} ]; then\n  ${exported(`${PROFILE}/${BUNDLE}`)}\nfi` : exported(certificates)}
`

const exported = (file: string): string => `export NIX_SSL_CERT_FILE="\${NIX_SSL_CERT_FILE:-${file}}"`

/** Makes a Nix that this run has installed known to login shells, where root can. */
export async function tellLoginShells(runner: Runner, bin: string): Promise<void> {
  if (runner.facts.privilege === 'none' || !existsSync(dirname(LOGIN_SCRIPT)) || existsSync(LOGIN_SCRIPT)) return
  await runner.journal.record({ kind: 'remove', path: LOGIN_SCRIPT, root: true, shared: true })
  const input = loginScript(bin, certificates({}).NIX_SSL_CERT_FILE)
  // under its own name at once: a draft beside it would outlive a killed job
  const tee = { tool: 'tee', args: ['--', LOGIN_SCRIPT], input }
  const result = await runner.commands.run(tee, {
    asRoot: true,
    accept: 'any',
    timeoutSeconds: 30,
    discardStdout: true,
  })
  // a container's /etc may be read-only, and few steps are login shells
  if (result.exitCode !== 0) runner.log.info(`Login shells will not find Nix: ${result.stderr.trim()}.`)
}

/** What upstream's profile scripts give a login shell, for the later steps of the job. */
export function exportToJob(
  runner: Runner,
  env: Readonly<Record<string, string | undefined>>,
  bin: string,
  onPath: boolean,
): void {
  const home = homeOfNix(runner.facts)
  for (const [name, value] of Object.entries(env)) if (value !== undefined) runner.job.exportVariable(name, value)
  if (onPath) return
  if (!runner.facts.env.NIX_PROFILES) runner.job.exportVariable('NIX_PROFILES', `${PROFILE} ${home}/.nix-profile`)
  runner.job.addPath(bin)
  runner.job.addPath(`${home}/.nix-profile/bin`)
}
