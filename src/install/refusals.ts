import { isAbsolute, join } from 'node:path'
import { lastLines } from './source/problem.ts'

const OURS = 'extra-nix-config'

/** What Nix said that it cannot read, and where to look. @param conf file in which it found `extra-nix-config` */
export function settingsRefusal(stderr: string, conf: string): string {
  const said = lastLines(stderr.replace(/^Try '.*--help'.*$/m, ''))
    .replaceAll(`"${conf}"`, OURS)
    .replaceAll(`'${conf}'`, OURS)
  const line = /configuration line '(.*)' in/.exec(said)?.[1]
  const unspaced = line !== undefined && /^\s*[\w-]+(\s*[:=]|=\s)/.test(line)
  const form = unspaced ? '\nNix wants NAME = VALUE, with a space on both sides of "=".' : ''
  const named = /(?:in|from) (?:extra-nix-config|["'])/.test(said)
  const where = named ? '' : '\nLook at the lines of extra-nix-config, at NIX_CONFIG, and at nix.conf on this machine.'
  return `Nix cannot read its settings: ${said}${form}${where}`
}

const IGNORED = /^warning: ((?:unknown (?:setting|experimental feature)|ignoring setting) '([^']+)'.*)$/gim

/** What Nix said that it leaves out of the lines of `extra-nix-config`: a misspelt name, or one that it does not know yet. */
export function ignoredSettings(stderr: string, userLines: string): readonly string[] {
  const written = userLines.split(/[\s=]+/)
  const found = [...stderr.matchAll(IGNORED)].filter(([, , name = '']) => written.includes(name))
  return [...new Set(found.map(([, said = '']) => said))]
}

/** Relative paths in `include` lines start at the workspace: the file that Nix reads them from is in a folder of ours. */
export const includesFrom = (workspace: string, userLines: string): string =>
  userLines.replace(/^(\s*!?include\s+)(\S+)(.*)$/gm, (line, include: string, path: string, rest: string) =>
    isAbsolute(path) ? line : `${include}${join(workspace, path)}${rest}`,
  )

/** The setting `store` where it names another place than /nix. @param remote NIX_REMOTE, which is its default */
export function storeProblem(store: string, remote: string | undefined): string | undefined {
  if (['', 'auto', 'local', 'daemon', remote].includes(store)) return undefined
  return `this action works with a Nix in /nix, and the setting "store = ${store}" says otherwise: take it out of extra-nix-config or nix.conf.`
}
