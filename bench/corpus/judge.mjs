// What the closure of derivations says: which systems it would run on, which of its build tools are the target's.

/**
 * @param all what readDerivations gives
 * @param root derivation path
 */
export function judge(all, root, { build, triple }) {
  const drvs = closure(all, root)
  const systems = {}
  const owner = new Map()
  for (const [path, drv] of drvs) {
    systems[drv.system] = (systems[drv.system] ?? 0) + 1
    for (const output of drv.outputs) if (output) owner.set(output, path)
  }
  const foreign = [...drvs]
    .filter(([, drv]) => drv.system !== build && drv.system !== 'builtin')
    .map(([, drv]) => drv.name)
  const tools = []
  for (const [, drv] of drvs) {
    if (drv.system !== build) continue
    for (const list of ['nativeBuildInputs', 'propagatedNativeBuildInputs', 'depsBuildBuild', 'depsBuildTarget']) {
      for (const path of drv.env[list] ?? []) {
        const tool = drvs.get(owner.get(path.split('/').slice(0, 4).join('/')))
        // nixpkgs puts the triple behind the name of what runs on it, and before the name of what is for it.
        if (tool && tool.name.includes(`-${triple}`) && !tool.fixed) tools.push(`${drv.name} <- ${tool.name}`)
      }
    }
  }
  return { systems, foreign: [...new Set(foreign)], tools: [...new Set(tools)] }
}

function closure(all, root) {
  const found = new Map()
  const left = [root.split('/').at(-1)]
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const drv = all.get(path)
    if (found.has(path) || drv === undefined) continue
    found.set(path, drv)
    left.push(...drv.inputs)
  }
  return found
}

/** @param shown parsed output of `nix derivation show -r`, of any version of Nix @returns by file name of the .drv */
export function readDerivations(shown) {
  const entries = Object.entries(shown.derivations ?? shown)
  return new Map(
    entries.map(([path, drv]) => {
      const attributes = drv.structuredAttrs ?? (drv.env?.__json ? JSON.parse(drv.env.__json) : undefined)
      const list = (name) => {
        const value = attributes?.[name] ?? drv.env?.[name]
        return Array.isArray(value)
          ? value.flat(9).map(String)
          : typeof value === 'string'
            ? value.split(/\s+/).filter(Boolean)
            : []
      }
      const env = Object.fromEntries(
        ['nativeBuildInputs', 'propagatedNativeBuildInputs', 'depsBuildBuild', 'depsBuildTarget'].map((name) => [
          name,
          list(name),
        ]),
      )
      const outputs = Object.values(drv.outputs ?? {})
      const absolute = (p) => (p === undefined || p.startsWith('/') ? p : `/nix/store/${p}`)
      const base = path
        .split('/')
        .at(-1)
        .replace(/^[a-z0-9]{32}-/, '')
        .replace(/\.drv$/, '')
      const inputs = Object.keys(drv.inputs?.drvs ?? drv.inputDrvs ?? {}).map((input) => input.split('/').at(-1))
      return [
        path.split('/').at(-1),
        {
          inputs,
          name: drv.name ?? base,
          system: drv.system,
          fixed: outputs.some((o) => o.hash !== undefined),
          outputs: outputs.map((o) => absolute(o.path)),
          env,
        },
      ]
    }),
  )
}
