import { existsSync } from 'node:fs'
import type { Runner } from '../../runner/ports.ts'
import { setsSandbox } from '../conf.ts'
import { tellLoginShells } from '../environment.ts'
import { homeOfNix } from '../home.ts'
import { readText } from '../read.ts'
import { createBuildUsers } from './build-users.ts'
import { openKvm } from './kvm.ts'
import { requireSandbox } from './sandbox.ts'

/** Group of build users that Nix looks for where nothing names another. */
export const GROUP = 'nixbld'

/** What says, before there is a Nix, which users will build. */
export interface BeforeNix {
  /** All lines and files that can set anything, joined. */
  readonly settings: string
  /** Text of /etc/group. */
  readonly groups: string
}

/** Whether a Nix that root installs now will build as members of `nixbld`, and there is no such group yet. */
export const wantsUsers = ({ settings, groups }: BeforeNix): boolean =>
  !/build-users-group|auto-allocate-uids|include/.test(settings) && !new RegExp(`^${GROUP}:`, 'm').test(groups)

/**
 * Does to the machine what a Nix that root installs will need, while that is unpacked: build users, `/dev/kvm`, login
 * shells, and the question whether there can be a sandbox.
 * @param bin where its programs will be
 * @throws UserError where builds cannot be sandboxed
 */
export async function prepareMachine(runner: Runner, userLines: string, bin: string): Promise<void> {
  const settings = settingsBeforeNix(runner, userLines)
  const users = settings !== undefined && wantsUsers({ settings, groups: readText('/etc/group') ?? '' })
  await Promise.all([
    users ? createBuildUsers(runner, GROUP) : undefined,
    setsSandbox(`${userLines}\n${runner.facts.env.NIX_CONFIG ?? ''}`) ? undefined : requireSandbox(runner, true),
    openKvm(runner),
    tellLoginShells(runner, bin),
  ])
}

/** All lines and files that can set anything, joined; undefined where they may be anywhere. */
export function settingsBeforeNix({ facts }: Runner, userLines: string): string | undefined {
  const { env } = facts
  if ([env.NIX_CONF_DIR, env.NIX_USER_CONF_FILES, env.NIX_CONFIG_HOME].some(Boolean)) return undefined
  const files = [
    '/etc/nix/nix.conf',
    `${env.XDG_CONFIG_HOME || `${homeOfNix(facts)}/.config`}/nix/nix.conf`,
    '/etc/xdg/nix/nix.conf',
  ]
  // what this user may not read may say anything: it is waited for what Nix makes of it
  const texts = files.filter(existsSync).map((file) => readText(file) ?? 'include')
  return [userLines, env.NIX_CONFIG ?? '', ...texts].join('\n')
}
