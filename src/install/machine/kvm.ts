import { existsSync, statSync } from 'node:fs'
import type { Runner } from '../../runner/ports.ts'

const DEVICE = '/dev/kvm'

/** Mode that lets build users use the device, as the udev rule of other installers does; undefined where they may. */
export const openedMode = (mode: number): number | undefined => ((mode & 0o006) === 0o006 ? undefined : mode | 0o666)

/**
 * Lets builds use KVM where the machine has it (Nix itself finds it and adds the feature `kvm`). A change of mode, not a
 * udev rule: it needs no udev, and post undoes it.
 */
export async function openKvm(runner: Runner): Promise<void> {
  if (!existsSync(DEVICE)) return
  const before = statSync(DEVICE).mode & 0o7777
  const after = openedMode(before)
  if (after === undefined) return
  const chmod = (mode: number) => ({ tool: 'chmod', args: [mode.toString(8), DEVICE] }) as const
  await runner.journal.record({ kind: 'command', ...chmod(before), root: true, shared: true })
  // a container may have the device without any right over it: builds go without
  const result = await runner.commands.run(chmod(after), { asRoot: true, accept: 'any', timeoutSeconds: 30 })
  runner.log.info(result.exitCode === 0 ? `KVM: builds may use ${DEVICE}.` : `KVM: ${result.stderr.trim()}`)
}
