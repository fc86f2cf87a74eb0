import { randomBytes } from 'node:crypto'
import type { Runner } from '../../runner/ports.ts'

/** A program that systemd is to run as root, in a unit of its own that is gone when it ends. */
export interface UnitPlan {
  readonly unit: string
  readonly program: readonly string[]
  /** Variables, one a line; a file, since every user can read what a unit is given as text. */
  readonly environmentFile: string
  readonly log: string
}

export const daemonUnit = (): string => `nix-multiarch-${randomBytes(6).toString('hex')}.service`

/**
 * Arguments of systemd-run. Limits and KillMode are those of upstream's nix-daemon.service (misc/systemd): builds of
 * other clients go on when the daemon is started anew.
 */
export const unitArguments = ({ unit, program, environmentFile, log }: UnitPlan): readonly string[] => [
  ...['--quiet', '--no-ask-password', '--collect', `--unit=${unit}`, '--service-type=exec'],
  '--description=Nix daemon of a job',
  ...[
    ...['KillMode=process', 'Delegate=yes', 'LimitNOFILE=1048576', 'TasksMax=1048576', 'TimeoutStopSec=10'],
    `EnvironmentFile=${environmentFile}`,
    ...[`StandardOutput=append:${log}`, `StandardError=append:${log}`],
  ].map((property) => `--property=${property}`),
  '--',
  ...program,
]

/** Text of an EnvironmentFile= (systemd.exec(5)), and for a shell: quoted, so that no character of a value means anything. */
export const environmentFile = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}="${value.replace(/["\\$`]/g, '\\$&')}"\n`)
    .join('')

/** Has systemd run a program. @returns why systemd does not, where it does not */
export async function startUnit(runner: Runner, plan: UnitPlan): Promise<string | undefined> {
  const command = { tool: 'systemd-run', args: unitArguments(plan) }
  const result = await runner.commands.run(command, { asRoot: true, accept: 'any', timeoutSeconds: 30 })
  if (result.exitCode === 0) return undefined
  await stopUnit(runner, plan.unit)
  return result.stopped ?? (result.stderr.trim().split('\n').at(-1) || `systemd-run ended with ${result.exitCode}`)
}

/** Ends the program of a unit, not what it has started. */
export async function stopUnit(runner: Runner, unit: string): Promise<void> {
  await systemctl(runner, 'stop', unit)
}

export const isActive = async (runner: Runner, unit: string): Promise<boolean> =>
  (await systemctl(runner, 'is-active', unit)) === 0

async function systemctl(runner: Runner, verb: 'stop' | 'is-active', unit: string): Promise<number> {
  const args = ['--quiet', '--no-ask-password', verb, unit]
  const options = { asRoot: true, accept: 'any', timeoutSeconds: 30 } as const
  return (await runner.commands.run({ tool: 'systemctl', args }, options)).exitCode
}
