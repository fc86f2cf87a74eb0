import { UserError } from '../runner/errors.ts'
import type { Inputs } from './inputs.ts'

/**
 * Refuses what the contract names and this version does not do yet, instead of ignoring it.
 * @throws UserError that lists all of it
 */
export function refuseUnsupported(inputs: Inputs): void {
  const found = [...(inputs.pushWhen === 'built' ? ['push-when: "built" is not supported yet; use end'] : [])]
  if (found.length > 0)
    throw new UserError(['Some inputs ask for what is not there yet:', ...found.map((line) => `- ${line}`)].join('\n'))
}
