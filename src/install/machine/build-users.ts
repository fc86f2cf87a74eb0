import { existsSync } from 'node:fs'
import { UserError } from '../../runner/errors.ts'
import type { Runner } from '../../runner/ports.ts'
import { readText } from '../read.ts'

/** Lines to append to /etc/group and /etc/passwd, and the names to take away again. */
export interface BuildUsers {
  readonly group: string
  readonly users: readonly string[]
  readonly groupLine: string
  readonly passwdLines: readonly string[]
}

const FIRST_UID = 30001
const GID = 30000

/** Whether a group has members, as Nix looks at it: named in /etc/group, not by primary group. */
export function hasMembers(groupFile: string, group: string): boolean {
  const line = groupFile.split('\n').find((text) => text.startsWith(`${group}:`))
  return (line?.split(':')[3] ?? '').trim() !== ''
}

/**
 * Users for builds, numbered as upstream's installer does (group 30000, users from 30001); names and ids that are
 * taken are passed over.
 */
export function planBuildUsers(passwdFile: string, groupFile: string, group: string, count: number): BuildUsers {
  const names = new Set(column(passwdFile, 0))
  const uids = new Set(column(passwdFile, 2))
  const gids = new Set(column(groupFile, 2))
  let gid = GID
  while (gids.has(String(gid))) gid -= 1
  const users: string[] = []
  const passwdLines: string[] = []
  for (let uid = FIRST_UID, number = 1; users.length < count; uid += 1, number += 1) {
    while (uids.has(String(uid))) uid += 1
    while (names.has(`${group}${number}`)) number += 1
    users.push(`${group}${number}`)
    // `!` is the hash of no password: nobody logs in as one of these
    passwdLines.push(`${group}${number}:!:${uid}:${gid}:Nix build user ${number}:/var/empty:/usr/sbin/nologin`)
  }
  return { group, users, passwdLines, groupLine: `${group}:!:${gid}:${users.join(',')}` }
}

const column = (file: string, index: number): string[] => file.split('\n').map((line) => line.split(':')[index] ?? '')

/** How many builds may run at once: each needs a user. */
const enough = (cpus: number): number => Math.min(32, Math.max(8, 2 * cpus))

/**
 * Makes a group with build users, all by one command; post takes them away.
 * @param wanted name of the group that Nix looks for; where it is taken by one without members, another name is used
 * @returns name of the group
 */
export async function createBuildUsers(runner: Runner, wanted: string): Promise<string> {
  const [passwd, groups] = [readText('/etc/passwd') ?? '', readText('/etc/group') ?? '']
  const taken = new Set(column(groups, 0))
  const group = ['nixbld', 'nixmultiarch'].find((name) => !taken.has(name)) ?? `nixmultiarch${process.pid}`
  const name = wanted !== '' && !taken.has(wanted) ? wanted : group
  const plan = planBuildUsers(passwd, groups, name, enough(runner.facts.cpus))
  await recordUsers(runner, plan)
  // each file by one append, which other programs that add users at this moment survive
  const script = 'printf %s "$1" >>/etc/group && printf %s "$2" >>/etc/passwd'
  const texts = [appended(groups, [plan.groupLine]), appended(passwd, plan.passwdLines)]
  const append = { tool: 'sh', args: ['-c', script, 'sh', ...texts] }
  const result = await runner.commands.run(append, { asRoot: true, accept: 'any', timeoutSeconds: 30 })
  if (result.exitCode !== 0)
    throw new UserError(
      `users for builds cannot be added to /etc/group and /etc/passwd: ${result.stderr.trim()}\nMake these writable for ` +
        'root, or add a group nixbld with members to the machine before. A job that runs as root may also write ' +
        '"build-users-group =" in extra-nix-config: builds are root inside the sandbox then.',
    )
  return plan.group
}

/** Taken out as they are put in, by line: userdel is not everywhere, and refuses a user of whom a process is left. */
async function recordUsers(runner: Runner, { group, users }: BuildUsers): Promise<void> {
  const undo = (file: string, names: readonly string[]) => {
    if (!existsSync(file)) return { kind: 'remove', path: file, root: true, shared: true } as const
    const args = ['-i', '--follow-symlinks', ...names.flatMap((name) => ['-e', `/^${name}:/d`]), file]
    return { kind: 'command', tool: 'sed', args, root: true, shared: true } as const
  }
  await runner.journal.record(undo('/etc/group', [group]), undo('/etc/passwd', users))
}

const appended = (before: string, added: readonly string[]): string =>
  `${before === '' || before.endsWith('\n') ? '' : '\n'}${added.join('\n')}\n`
