/** How is a record shared? With collaborators, with a new owner, and by links; the HTTP face is added by the API. */
import { Module } from '@nestjs/common';
import { FilesModule } from '../files/files.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { HiddenNames } from './hidden-names.service.js';
import { ShareLinksService } from './share-links.service.js';
import { SignedPathsService } from './signed-paths.service.js';

@Module({
  imports: [IdentityModule, SubmissionsModule, FilesModule],
  providers: [ShareLinksService, HiddenNames, SignedPathsService],
  exports: [ShareLinksService, HiddenNames, SignedPathsService],
})
export class SharingModule {}
