// Locks a copy of a flake to local checkouts: the same graph that its flake.nix asks for, every node a `path:`.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nix } from './nix.mjs'

const REGISTRY = { 'flake-utils': 'numtide/flake-utils', 'flake-parts': 'hercules-ci/flake-parts' }

export class Locker {
  constructor({ tool, nixpkgs, sources, folder }) {
    Object.assign(this, { tool, nixpkgs, sources, folder, stored: new Map(), declared: new Map(), missing: new Set() })
    this.checkouts = new Map(
      readdirSync(sources).map((name) => [name.replace('+', '/').toLowerCase(), join(sources, name)]),
    )
    this.empty = join(folder, 'empty')
    mkdirSync(this.empty, { recursive: true })
    writeFileSync(join(this.empty, 'flake.nix'), '{ outputs = _: { }; }\n')
  }

  /** @returns path of a copy of the flake whose flake.lock names local copies only */
  async lock(checkout, name) {
    const copy = join(this.folder, 'flakes', name)
    cpSync(checkout, copy, { recursive: true, verbatimSymlinks: true })
    const old = existsSync(join(copy, 'flake.lock'))
      ? JSON.parse(readFileSync(join(copy, 'flake.lock'), 'utf8'))
      : undefined
    const nodes = { root: {} }
    nodes.root.inputs = await this.inputs(nodes, checkout, [], new Map())
    for (const [input, key] of Object.entries(nodes.root.inputs)) {
      const before = old?.nodes[old.nodes[old.root].inputs?.[input]]?.original
      if (before !== undefined && typeof key === 'string') nodes[key].original = before
    }
    writeFileSync(join(copy, 'flake.lock'), JSON.stringify({ nodes, root: 'root', version: 7 }, null, 2))
    return copy
  }

  /** Adds the inputs of the flake in `folder`, and theirs, to `nodes`. `overrides`: path below `path` → its declaration. */
  async inputs(nodes, folder, path, overrides) {
    const result = {}
    for (const [name, own] of Object.entries(await this.declaration(folder))) {
      const override = overrides.get(name)
      const input = { ...own, ...override }
      const follows = override?.follows ?? (input.url === undefined ? input.follows : undefined)
      if (follows !== undefined) result[name] = [...(override?.base ?? path), ...follows.split('/').filter(Boolean)]
      else result[name] = await this.node(nodes, input, [...path, name], overridesBelow(name, own, path, overrides))
    }
    return result
  }

  /** Adds one input, and what it brings. @returns its key */
  async node(nodes, input, at, overrides) {
    const key = at.join('/')
    const source = this.find(input, at.at(-1))
    const isFlake = input.flake !== false && existsSync(join(source, 'flake.nix'))
    const { path, narHash } = await this.store(source)
    nodes[key] = {
      ...(isFlake ? {} : { flake: false }),
      locked: { type: 'path', path, narHash, lastModified: 1 },
      original: original(input, at.at(-1)),
    }
    if (isFlake) nodes[key].inputs = await this.inputs(nodes, source, at, overrides)
    return key
  }

  async declaration(folder) {
    if (!this.declared.has(folder)) {
      const expression = `
        let
          flake = import ${folder}/flake.nix;
          arguments = builtins.functionArgs flake.outputs;
          implicit = builtins.mapAttrs (_: _: { }) (removeAttrs arguments [ "self" ]);
          clean = input: builtins.intersectAttrs { url = 1; follows = 1; flake = 1; type = 1; owner = 1; repo = 1; id = 1; ref = 1; rev = 1; } input
            // (if input ? inputs then { inputs = builtins.mapAttrs (_: clean) input.inputs; } else { });
        in implicit // builtins.mapAttrs (_: clean) (removeAttrs (flake.inputs or { }) [ "self" ])`
      const { stdout, stderr, code } = await nix(this.tool, ['eval', '--json', '--impure', '--expr', expression])
      if (code !== 0) throw new Error(stderr)
      this.declared.set(folder, JSON.parse(stdout))
    }
    return this.declared.get(folder)
  }

  find(input, name) {
    const url = input.url ?? (input.owner ? `github:${input.owner}/${input.repo}` : (input.id ?? name))
    if (
      /(^|[/:])(nixos|nixpkgs|flakehub.*)\/nixpkgs(\b|$)|^(flake:)?nixpkgs|nixos\.org\/channels|channels\.nixos\.org|NixOS\/nixpkgs/i.test(
        url,
      )
    )
      return this.nixpkgs
    const short = url.replace(/^flake:/, '')
    const [, owner, repo] =
      /(?:github:|github\.com[/:]|gitlab:|flakehub\.com\/f\/|sourcehut:|codeberg\.org\/)([\w.~-]+)\/([\w.-]+)/.exec(
        url,
      ) ?? []
    const wanted = (
      REGISTRY[short] ??
      (owner && `${owner}/${repo.replace(/\.git$|\.tar\.gz$/, '')}`) ??
      short
    ).toLowerCase()
    const found = this.checkouts.get(wanted)
    if (found !== undefined) return found
    this.missing.add(wanted)
    return this.empty
  }

  async store(folder) {
    if (!this.stored.has(folder)) {
      const added = (await nix(this.tool, ['store', 'add-path', '--name', 'source', folder])).stdout.trim()
      const hash = (await nix(this.tool, ['hash', 'path', added])).stdout.trim()
      this.stored.set(folder, { path: added, narHash: hash })
    }
    return this.stored.get(folder)
  }
}

/** What is declared for the inputs of input `name`: by its parent, and by those above. */
function overridesBelow(name, own, path, overrides) {
  const below = new Map()
  for (const [inner, value] of Object.entries(flatten(own.inputs ?? {}))) below.set(inner, { ...value, base: path })
  for (const [key, value] of overrides) if (key.startsWith(`${name}/`)) below.set(key.slice(name.length + 1), value)
  return below
}

/** { a.inputs.b = … } → { "a": …, "a/b": … } */
function flatten(inputs, prefix = '') {
  const result = {}
  for (const [name, value] of Object.entries(inputs)) {
    const { inputs: inner, ...own } = value
    if (Object.keys(own).length > 0) result[prefix + name] = own
    Object.assign(result, flatten(inner ?? {}, `${prefix}${name}/`))
  }
  return result
}

/** What Nix makes of the declaration, so that it takes the lock file as up to date. */
function original(input, name) {
  const url = input.url ?? `flake:${name}`
  const [, owner, repo, ref] = /^github:([^/]+)\/([^/?]+)(?:\/([^?]+))?/.exec(url) ?? []
  if (owner)
    return { type: 'github', owner, repo, ...(ref ? { [/^[0-9a-f]{40}$/.test(ref) ? 'rev' : 'ref']: ref } : {}) }
  const [, id, branch] = /^(?:flake:)?([\w.-]+)(?:\/(.+))?$/.exec(url) ?? []
  if (id) return { type: 'indirect', id, ...(branch ? { ref: branch } : {}) }
  return { type: 'tarball', url }
}
