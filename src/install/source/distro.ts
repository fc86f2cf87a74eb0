import { existsSync } from 'node:fs'
import { UserError } from '../../runner/errors.ts'
import type { CommandResult, Runner } from '../../runner/ports.ts'
import { type FoundNix, findNix } from '../find.ts'
import { claimNixFolder } from '../machine/nix-folder.ts'
import { readText } from '../read.ts'
import { distributionOf, newPackages, wantsUpdate } from './apt.ts'

/**
 * Only the programs: what `nix-setup-systemd` adds (build users that stay after a purge, a daemon where systemd runs)
 * this run makes for itself and takes away again.
 */
const PACKAGE = 'nix-bin'
/** The shell that newer packages give the sandbox as /bin/sh, and that 2.8.0 lacks. */
const SHELL_PACKAGE = 'bash-static'

/** Installs the distribution's package; post purges what was newly installed. @throws UserError */
export async function installDistro(runner: Runner): Promise<FoundNix> {
  if (runner.commands.find('apt-get') === undefined) throw new UserError(otherDistribution())
  if (runner.facts.privilege === 'none') {
    throw new UserError(
      `installing ${PACKAGE} needs root. Run the job as root, or let its user use sudo without a password.`,
    )
  }
  const plan = await simulate(runner)
  const packages = newPackages(plan.simulation)
  await claimNixFolder(runner)
  if (packages.length > 0) {
    const args = ['purge', '-y', '-q', ...packages]
    await runner.journal.record({ kind: 'command', tool: 'apt-get', args, root: true, shared: true })
  }
  runner.log.info(`installing ${packages.join(', ') || PACKAGE}`)
  const first = await apt(runner, ['install', ...plan.wanted])
  if (first.exitCode !== 0 && wantsUpdate(first.stderr)) {
    await update(runner)
    await finish(runner, plan.wanted)
  } else if (first.exitCode !== 0) throw failed(plan.wanted, first)
  const { found, why } = await findNix(runner)
  if (found === undefined) throw new UserError(`the package ${PACKAGE} of this distribution does not serve: ${why}`)
  return found
}

async function finish(runner: Runner, wanted: readonly string[]): Promise<void> {
  const second = await apt(runner, ['install', ...wanted])
  if (second.exitCode !== 0) throw failed(wanted, second)
}

const failed = (wanted: readonly string[], result: CommandResult): UserError =>
  new UserError(
    `apt-get cannot install ${wanted.join(' ')}: ${(result.stderr.trim() || result.stdout.trim()).slice(-2000)}`,
  )

/** What an install would do; the package lists are renewed only where the package is not known. */
async function simulate(runner: Runner): Promise<{ simulation: string; wanted: readonly string[] }> {
  const wishes = existsSync('/usr/bin/bash-static') ? [[PACKAGE]] : [[PACKAGE, SHELL_PACKAGE], [PACKAGE]]
  for (const renew of [false, true]) {
    if (renew) await update(runner)
    for (const wanted of wishes) {
      const result = await apt(runner, ['--simulate', 'install', ...wanted])
      if (result.exitCode === 0) return { simulation: result.stdout, wanted }
      if (renew && wanted === wishes.at(-1)) throw failed(wanted, result)
    }
  }
  throw new UserError(`apt-get knows no package ${PACKAGE}`)
}

async function update(runner: Runner): Promise<void> {
  const result = await apt(runner, ['update'])
  if (result.exitCode !== 0) runner.log.info(`apt-get update: ${result.stderr.trim().slice(-1000)}`)
}

/** Tries, waits for another apt and limits: bounded by apt itself and by the clock. */
async function apt(runner: Runner, args: readonly string[]): Promise<CommandResult> {
  const options = ['-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3']
  const env = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }
  const command = { tool: 'apt-get', args: [...options, ...args], env }
  return await runner.commands.run(command, { asRoot: true, accept: 'any', timeoutSeconds: 600 })
}

function otherDistribution(): string {
  const name = distributionOf(readText('/etc/os-release') ?? '')
  return (
    `the distribution's package is supported on Debian and Ubuntu (apt-get), not on ${name ?? 'this one'}. Use ` +
    'nix-source: release, or install Nix before this step and use nix-source: existing.'
  )
}
