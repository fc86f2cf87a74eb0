import type { Destination } from '../../inputs/inputs.ts'
import { PATIENCE, type Patience } from '../retry.ts'
import type { PushSettings } from '../settings.ts'
import { fileObjects, folderOf } from './file.ts'
import { connectionFacts, httpObjects } from './http.ts'
import { httpTarget } from './http-target.ts'
import type { Objects } from './objects.ts'
import { s3Objects } from './s3.ts'

/** The objects of a destination that is a binary cache; undefined for those that only Nix can speak to (ssh, ssh-ng). */
export async function openObjects(
  destination: Destination,
  settings: PushSettings,
  patience: Patience = PATIENCE,
): Promise<Objects | undefined> {
  switch (destination.scheme) {
    case 'file':
      return fileObjects(folderOf(destination.url))
    case 'http':
    case 'https':
      return httpObjects(httpTarget(destination.url, settings.http), patience)
    case 's3': {
      const line = await connectionFacts({ ...settings.http, certificate: undefined, privateKey: undefined })
      return s3Objects(destination.url, settings.aws, line, patience)
    }
    default:
      return undefined
  }
}
