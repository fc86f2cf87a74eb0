import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineUsable } from '../rig/available.ts'
import { rig } from '../rig/cache.ts'
import { ACCOUNT, assumeRole, prepareRadosgw, startRadosgw } from './push-radosgw.ts'
import { repository, Stage } from './push-stage.ts'

// the requests are the action's own: one Nix shows it for all
describe.skipIf(!machineUsable())('a session of a real STS (Ceph radosgw)', () => {
  let stage: Stage
  beforeAll(async () => {
    prepareRadosgw()
    stage = await Stage.open('2.34.8', { user: 'root', size: '4g' })
    await startRadosgw(stage.machine)
  }, 300_000)
  afterAll(() => stage?.machine.stop())

  const store = `s3://role-cache?region=${ACCOUNT.region}&endpoint=${ACCOUNT.endpoint}`

  /** The environment of a job that took a role for so many seconds. */
  async function session(seconds: number): Promise<Record<string, string>> {
    await stage.machine.run(['bash', '-c', 'cat > /srv/role.mjs'], { input: assumeRole(repository, seconds) })
    const { accessKeyId, secretAccessKey, sessionToken } = JSON.parse(
      await stage.machine.sh(`${rig.node24} /srv/role.mjs`),
    )
    const credentials = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
    return { ...credentials, AWS_SESSION_TOKEN: sessionToken, AWS_EC2_METADATA_DISABLED: 'true' }
  }

  it('pushes while it lasts, and is found expired before the build', async () => {
    const root = await stage.build('by-role', 64)
    const lasting = await session(600)
    expect((await stage.drive({ verb: 'preflight', to: [store] }, lasting)).answer).toEqual([])
    const { reports, log } = await stage.push({ roots: [root], to: [store], verify: 'full' }, lasting)
    expect(reports[0]).toMatchObject({ status: 'ok', verified: 2 })
    expect(log).not.toContain(lasting.AWS_SESSION_TOKEN)

    const expired = await session(2)
    await sleep(4000)
    const before = await stage.drive({ verb: 'preflight', to: [store] }, expired)
    const text = expect.stringMatching(/session token.* expired.*\(AccessDenied\)/)
    expect(before.answer).toEqual([{ destination: store, text }])
    const wrong = { ...lasting, AWS_SESSION_TOKEN: `x${lasting.AWS_SESSION_TOKEN?.slice(1)}` }
    const [problem] = (await stage.drive({ verb: 'preflight', to: [store] }, wrong)).answer as { text: string }[]
    expect(problem?.text).toMatch(/session token/)
  })

  it('that is over fails the push with the reason, and the next session completes it', async () => {
    const root = await stage.build('by-short-role', 64)
    const large = await stage.machine.sh('head -c 3M /dev/urandom > /root/noise; nix-store --add /root/noise')
    const short = await session(2)
    await sleep(4000)
    const first = await stage.push({ roots: [root, large.trim()], to: [store] }, short)
    expect(first.reports[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/session token.* expired/),
    })
    const { reports } = await stage.push(
      { roots: [root, large.trim()], to: [store], verify: 'full' },
      await session(600),
    )
    expect(reports[0]).toMatchObject({ status: 'ok', verified: 3 })
  })
})
