import type { Destination, SigningKey } from '../../inputs/inputs.ts'
import type { PathInfo } from '../../nix/json.ts'
import type { Nix } from '../../nix/nix.ts'
import { keyName } from '../../nix/signing-key.ts'
import { pathInfos, slices } from '../../nix/store.ts'
import type { StorePath } from '../../nix/store-path.ts'
import { secretsOf } from '../../nix/store-url.ts'
import { atLeast } from '../../nix/version.ts'
import type { Command, Runner } from '../../runner/ports.ts'
import { copyWithTries, freshCommand, withSecretFile } from '../copy/copy.ts'
import { fatalReason, lastWords, silenceLimit, sshCopyArguments } from '../copy/copy-plan.ts'
import type { PathFacts } from '../paths/closure.ts'
import type { PushRequest } from '../types.ts'

const REACH_SECONDS = 40
const LIST_SECONDS = 600
/** No questions on a terminal, no hanging on a dead link; what the user's own options say comes first and wins. */
const SSH_OPTIONS = '-o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=15 -o ServerAliveCountMax=4'

async function sshCommand(
  runner: Runner,
  nix: Nix,
  destination: Destination,
  args: readonly string[],
): Promise<Command> {
  const NIX_SSHOPTS = `${runner.facts.env.NIX_SSHOPTS ?? ''} ${SSH_OPTIONS}`.trim()
  return await freshCommand(runner, nix, args, { env: { NIX_SSHOPTS }, secrets: secretsOf(destination.url) })
}

/** Asks a store behind SSH for its presence. Gives what is wrong, undefined where it answers. */
export async function reachStore(runner: Runner, nix: Nix, destination: Destination): Promise<string | undefined> {
  const verb = atLeast(nix.version, '2.19') ? 'info' : 'ping'
  const command = await sshCommand(runner, nix, destination, ['store', verb, '--store', destination.url])
  const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: REACH_SECONDS })
  if (result.stopped === 'timeout') return `no answer within ${REACH_SECONDS} s`
  if (result.exitCode === 0) return undefined
  const words = lastWords(result.stderr)
  const reason = fatalReason(result.stderr)
  return reason === undefined ? words : `${reason} (${words})`
}

/** Copies the closure with `nix copy`; the store takes over the signatures of local paths. @throws Error with the reason */
export async function copyOverSsh(
  runner: Runner,
  nix: Nix,
  request: PushRequest,
  destination: Destination,
  closure: readonly PathFacts[],
): Promise<void> {
  await signLocally(runner, nix, request, closure)
  const args = sshCopyArguments(destination.url, request.roots, (request.skipUpstream ?? []).length > 0)
  const largest = closure.reduce((most, { narSize }) => Math.max(most, narSize), 0)
  await copyWithTries(runner, () => sshCommand(runner, nix, destination, args), silenceLimit(largest, 'ssh'))
}

async function signLocally(
  runner: Runner,
  nix: Nix,
  { key }: PushRequest,
  closure: readonly PathFacts[],
): Promise<void> {
  const unsigned = closure.filter(({ signatures }) => !signatures.some((text) => keyName(text) === key?.name))
  if (key === undefined || unsigned.length === 0) return
  await withSecretFile(runner, key.secret, async (file) => {
    for (const some of slices(unsigned)) {
      const command = await freshCommand(runner, nix, signArguments(file, some))
      const options = { accept: 'any', timeoutSeconds: LIST_SECONDS } as const
      let result = await runner.commands.run(command, options)
      // up to Nix 2.8 a daemon lets only users that it trusts sign; root is one
      if (/not privileged/.test(result.stderr) && runner.facts.privilege !== 'none')
        result = await runner.commands.run(command, { ...options, asRoot: true })
      if (result.exitCode !== 0)
        throw new Error(
          `the paths cannot be signed; the daemon must trust this user for that: ${lastWords(result.stderr)}`,
        )
    }
  })
}

const signArguments = (keyFile: string, paths: readonly PathFacts[]): readonly string[] => [
  ...['store', 'sign', '--key-file', keyFile, '--', ...paths.map(({ path }) => path)],
]

/**
 * Adds our signature to paths that a store behind `ssh-ng://` had before; the protocol of `ssh://` cannot.
 * @returns why not; undefined where it did
 */
export async function signOverSsh(
  runner: Runner,
  nix: Nix,
  key: SigningKey,
  destination: Destination,
  paths: readonly PathFacts[],
): Promise<string | undefined> {
  return await withSecretFile(runner, key.secret, async (file) => {
    for (const some of slices(paths)) {
      const args = ['--store', destination.url, ...signArguments(file, some)]
      const command = await sshCommand(runner, nix, destination, args)
      const result = await runner.commands.run(command, { accept: 'any', timeoutSeconds: LIST_SECONDS })
      if (result.exitCode !== 0) return lastWords(result.stderr) || `nix store sign ended with ${result.exitCode}`
    }
    return undefined
  })
}

/** What the store has of these paths, asked without any cache. @throws Error where it does not answer */
export async function heldOverSsh(
  runner: Runner,
  nix: Nix,
  destination: Destination,
  paths: readonly StorePath[],
): Promise<ReadonlyMap<StorePath, PathInfo>> {
  const command = (args: readonly string[]) => sshCommand(runner, nix, destination, args)
  const infos = await pathInfos(runner.commands, nix, paths, { store: destination.url, command })
  return new Map(infos.map((info) => [info.path, info]))
}
