/** What a process has of the files: where they are, the links to them, and what cleans up. */
import { join, resolve } from 'node:path'
import type { Config } from '../config/gateway.js'
import type { Rounds } from '../base/deadline.js'
import type { Database } from '../db/open.js'
import { createDiskStorage } from './disk.js'
import { startJanitor } from './janitor.js'
import { createLinks, type FileLinks } from './links.js'
import type { FileStorage } from './storage.js'
import type { LimitedLog } from '../base/log.js'

export interface Files {
  storage: FileStorage
  links: FileLinks
  janitor: Rounds
}

export interface OpenFilesOptions {
  db: Database
  /** Does this process clean up? */
  cleaning: boolean
  log: LimitedLog
}

const CLEAN_EVERY_MS = 10 * 60_000

export function filesFolder ({ files, dataDir }: Pick<Config, 'files' | 'dataDir'>): string {
  return resolve(files.dir ?? join(dataDir, 'files'))
}

export function openStorage (config: Pick<Config, 'files' | 'dataDir'>): FileStorage {
  return createDiskStorage(filesFolder(config))
}

export function openLinks ({ files: { publicUrl, signingKeys, linkDays: days } }: Pick<Config, 'files'>): FileLinks {
  return createLinks({ publicUrl, signingKeys, days })
}

export function openFiles (config: Pick<Config, 'files' | 'dataDir'>, { db, cleaning, log }: OpenFilesOptions): Files {
  const { unreferencedHours } = config.files
  const storage = openStorage(config)
  return {
    storage,
    links: openLinks(config),
    janitor: startJanitor({ db, storage, unreferencedHours, everyMs: cleaning ? CLEAN_EVERY_MS : undefined, log })
  }
}
