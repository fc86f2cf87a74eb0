import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { rig } from './cache.ts'
import type { Machine } from './machine.ts'
import { searchPath } from './machine-boot.ts'
import { childrenOf, sendSignal } from './processes.ts'

export type NodeName = 'node24' | 'host'

/** Where a runner lives: in a machine or right on this host. Paths are the place's own unless said otherwise. */
export interface Place {
  readonly home: string
  readonly searchPath: string
  /** Path of a node binary that the place can run. */
  node(name: NodeName): string
  /** The host's view of a path, for node:fs. */
  view(path: string): string
  /** Makes a folder that the runner's user owns. */
  folder(path: string): void
  write(path: string, text: string): void
  remove(path: string): void
  /** Gives a folder's whole content to the runner's user. */
  own(path: string): void
  spawn(argv: readonly string[], cwd: string, env: Record<string, string>): ChildProcess
  /** Signals the program itself, none of its children, as the real runner does. */
  signal(child: ChildProcess, name: NodeJS.Signals): void
}

/** @param home A folder that stands for the user's home; the real one is not touched. */
export function hostPlace(home: string): Place {
  return {
    home,
    searchPath: process.env.PATH ?? searchPath,
    node: (name) => (name === 'host' ? process.execPath : rig.node24),
    view: (path) => path,
    folder: (path) => void mkdirSync(path, { recursive: true }),
    write: (path, text) => writeFileSync(path, text),
    remove: (path) => rmSync(path, { recursive: true, force: true }),
    own: () => {},
    spawn: (argv, cwd, env) => spawn(argv[0] ?? '', argv.slice(1), { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    signal: (child, name) => void child.kill(name),
  }
}

export function machinePlace(machine: Machine): Place {
  const id = machine.user === 'root' ? 0 : 1001
  const view = (path: string): string => machine.path(path)
  const folder = (path: string): void => {
    try {
      lstatSync(view(path))
    } catch {
      folder(dirname(path))
      mkdirSync(view(path))
      chownSync(view(path), id, id)
    }
  }
  const own = (path: string): void => {
    const full = view(path)
    const stat = lstatSync(full)
    if (stat.isSymbolicLink()) return
    chownSync(full, id, id)
    if (stat.isDirectory()) for (const name of readdirSync(full)) own(join(path, name))
  }
  return {
    home: machine.home,
    searchPath,
    node: (name) => machine.node(name),
    view,
    folder,
    write: (path, text) => {
      writeFileSync(view(path), text)
      chownSync(view(path), id, id)
    },
    remove: (path) => rmSync(view(path), { recursive: true, force: true }),
    own,
    spawn: (argv, cwd, env) => machine.spawn(argv, { cwd, env }),
    signal: (child, name) => void signalProgram(child, name),
  }
}

/** The child is nsenter, which passes no signals on; the program is its only child, once it has forked. */
async function signalProgram(child: ChildProcess, name: NodeJS.Signals): Promise<void> {
  for (let tries = 0; tries < 100 && child.exitCode === null && child.signalCode === null; tries++) {
    const program = child.pid === undefined ? undefined : childrenOf(child.pid)[0]
    if (program !== undefined) return void sendSignal(program, name)
    await sleep(10)
  }
}
