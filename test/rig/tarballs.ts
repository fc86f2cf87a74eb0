import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDir, nixVersions, rigDir } from './cache.ts'
import { Machine } from './machine.ts'

/** Makes release-layout tarballs of all versions, each in a machine of its own since /nix must be empty. */
export async function makeTarballs(): Promise<void> {
  const old = join(cacheDir, 'tarballs')
  const out = `${old}.new`
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  await Promise.all(
    nixVersions.map(async (version) => {
      const machine = await Machine.start({
        user: 'root',
        binds: [
          { source: rigDir },
          { source: cacheDir },
          { source: out, readOnly: false },
          { source: join(cacheDir, 'nix', version), target: `/opt/nix-${version}` },
        ],
      })
      try {
        await machine.sh('exec "$SCRIPT" "$PREFIX" "$OUT"', {
          env: { SCRIPT: join(rigDir, 'mktarball.sh'), PREFIX: `/opt/nix-${version}`, OUT: out, RIG_CACHE: cacheDir },
          timeout: 300_000,
        })
      } finally {
        await machine.stop()
      }
    }),
  )
  rmSync(old, { recursive: true, force: true })
  renameSync(out, old)
}
