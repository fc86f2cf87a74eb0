/** Credentials of AWS, or of a store that speaks its protocol. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Milliseconds since 1970. */
  readonly expires?: number
}

/** A role that is taken with a token of an identity provider, as on GitHub's runners. */
export interface WebIdentity {
  readonly role: string
  readonly tokenFile: string
  readonly session: string
}

/** Sections of an AWS `credentials` or `config` file, by profile name (AWS CLI guide, "Configuration and credential files"). */
export function parseProfiles(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const profiles = new Map<string, Map<string, string>>()
  let current: Map<string, string> | undefined
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/.exec(line)
    const setting = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(line)
    if (section?.[1] !== undefined) {
      current = profiles.get(section[1]) ?? new Map()
      profiles.set(section[1], current)
    } else if (setting?.[1] !== undefined && setting[2] !== undefined) current?.set(setting[1], setting[2])
  }
  return profiles
}

type Settings = Readonly<Record<string, string | undefined>>

/** Static credentials in settings (variables of the environment, or a profile's). */
export function staticCredentials(id?: string, secret?: string, token?: string): AwsCredentials | undefined {
  if (!id || !secret) return undefined
  return { accessKeyId: id, secretAccessKey: secret, ...(token ? { sessionToken: token } : {}) }
}

/** Credentials in the environment, as aws-actions/configure-aws-credentials leaves them. */
export const environmentCredentials = (env: Settings): AwsCredentials | undefined =>
  staticCredentials(env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN)

/** A web identity in the environment. */
export function environmentIdentity(env: Settings): WebIdentity | undefined {
  const { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile } = env
  return role && tokenFile ? { role, tokenFile, session: env.AWS_ROLE_SESSION_NAME || 'nix-multiarch' } : undefined
}

/** What a profile gives: static credentials or a web identity. */
export function profileCredentials(
  profile: ReadonlyMap<string, string> | undefined,
): AwsCredentials | WebIdentity | undefined {
  const get = (name: string) => profile?.get(name)
  const fixed = staticCredentials(get('aws_access_key_id'), get('aws_secret_access_key'), get('aws_session_token'))
  const [role, tokenFile] = [get('role_arn'), get('web_identity_token_file')]
  if (fixed !== undefined || role === undefined || tokenFile === undefined) return fixed
  return { role, tokenFile, session: get('role_session_name') ?? 'nix-multiarch' }
}
