/** What do both processes need of files? Where bytes lie, and how uploads become files; the HTTP face is added by the API. */
import { Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { FileIntake } from './file-intake.service.js';
import { FilesService } from './files.service.js';
import { FolderStore } from './folder-store.js';
import { OBJECT_STORE, type ObjectStore } from './object-store.js';
import { SPOOL_STORE, Spool, spoolStore } from './spool.js';
import { StoreProbe } from './store-probe.js';
import { StoredObjectsService } from './stored-objects.service.js';
import { UploadLocks } from './upload-locks.js';
import { UploadWatch } from './upload-watch.service.js';
import { UploadsService } from './uploads.service.js';

/** The client of S3 is large: it is loaded where it is used. */
async function objectStore(config: Config): Promise<ObjectStore> {
  if (!config.S3_BUCKET) return new FolderStore(config.DATA_DIR);
  const { S3Store } = await import('./s3-store.js');
  return new S3Store(config);
}

@Module({
  imports: [SubmissionsModule],
  providers: [
    { provide: OBJECT_STORE, inject: [CONFIG], useFactory: objectStore },
    { provide: SPOOL_STORE, inject: [CONFIG], useFactory: spoolStore },
    Spool,
    StoredObjectsService,
    UploadLocks,
    UploadsService,
    UploadWatch,
    FileIntake,
    FilesService,
    StoreProbe,
  ],
  exports: [
    OBJECT_STORE,
    Spool,
    StoredObjectsService,
    UploadLocks,
    UploadsService,
    UploadWatch,
    FileIntake,
    FilesService,
  ],
})
export class FilesModule {}
