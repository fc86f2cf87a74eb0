import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import type { Place } from './place.ts'

/** A runner's folders, as the place that it lives in sees them. */
export interface RunnerDirs {
  temp: string
  tools: string
  workspace: string
}

/** What every step finds in its environment, as on a self-hosted runner after a push. */
export function baseEnvironment(place: Place, dirs: RunnerDirs, event: string): Record<string, string> {
  return {
    PATH: place.searchPath,
    HOME: place.home,
    LANG: 'C.UTF-8',
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: dirs.workspace,
    GITHUB_EVENT_PATH: event,
    GITHUB_EVENT_NAME: 'push',
    GITHUB_REPOSITORY: 'owner/repo',
    GITHUB_REPOSITORY_OWNER: 'owner',
    GITHUB_REPOSITORY_ID: '1',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REF_TYPE: 'branch',
    GITHUB_SHA: '0'.repeat(40),
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_JOB: 'job',
    GITHUB_WORKFLOW: 'workflow',
    GITHUB_ACTOR: 'actor',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
    RUNNER_TEMP: dirs.temp,
    RUNNER_TOOL_CACHE: dirs.tools,
    RUNNER_WORKSPACE: dirname(dirs.workspace),
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: 'X64',
    RUNNER_NAME: 'rig',
    RUNNER_ENVIRONMENT: 'self-hosted',
    RUNNER_TRACKING_ID: `github_${randomUUID()}`,
    // a port that refuses: no cache service unless a test puts one there
    ACTIONS_RUNTIME_URL: 'http://127.0.0.1:1/',
    ACTIONS_RUNTIME_TOKEN: `runtime-token-${randomUUID()}`,
  }
}
