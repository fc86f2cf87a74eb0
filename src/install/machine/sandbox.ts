import { UserError } from '../../runner/errors.ts'
import type { Runner } from '../../runner/ports.ts'

/** Exit codes of unshare(1) runs, in the order of `PROBES`; undefined where one was not run. */
export interface SandboxProbe {
  readonly userNamespace: boolean
  readonly inUserNamespace: boolean
  readonly asRoot: boolean
}

/**
 * Whether Nix can make its sandbox, as it decides itself (libstore/unix/build, libutil/linux/linux-namespaces.cc):
 * mount and PID namespaces with a new /proc, inside a user namespace where the kernel gives one, else by root.
 */
export const sandboxWorks = (probe: SandboxProbe): boolean =>
  probe.userNamespace ? probe.inUserNamespace : probe.asRoot

const NAMESPACES = ['--mount', '--pid', '--fork', '--mount-proc', 'true']

/** @throws UserError where builds cannot be sandboxed; says nothing where unshare(1) is not there to ask. */
export async function requireSandbox(runner: Runner, buildsAsRoot: boolean): Promise<void> {
  if (runner.commands.find('unshare') === undefined) return
  let last = ''
  const works = async (...args: string[]): Promise<boolean> => {
    const options = { accept: 'any', timeoutSeconds: 20, asRoot: buildsAsRoot } as const
    const result = await runner.commands.run({ tool: 'unshare', args }, options)
    if (result.exitCode !== 0) last = result.stderr.trim()
    return result.exitCode === 0
  }
  const inUserNamespace = await works('--user', '--map-root-user', ...NAMESPACES)
  if (inUserNamespace) return
  const userNamespace = await works('--user', '--map-root-user', 'true')
  const asRoot = !userNamespace && buildsAsRoot && (await works(...NAMESPACES))
  if (sandboxWorks({ userNamespace, inUserNamespace, asRoot })) return
  throw new UserError(
    `Nix cannot make its build sandbox on this machine (${last}). In a container, run it with --privileged; on a ` +
      'machine that restricts user namespaces, run the job as root or let its user use sudo. To build without a ' +
      'sandbox, with what the machine happens to have in reach, write "sandbox = false" in extra-nix-config.',
  )
}
