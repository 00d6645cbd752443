/** How is a record shared? With collaborators, with a new owner, and by links; the HTTP face is added by the API. */
import { Module } from '@nestjs/common';
import { FilesModule } from '../files/files.module.js';
import { IdentityModule } from '../identity/identity.module.js';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { CollaboratorsService } from './collaborators.service.js';
import { HiddenNames } from './hidden-names.service.js';
import { InvitationMails } from './invitation-mails.service.js';
import { InvitationsService } from './invitations.service.js';
import { ShareLinksService } from './share-links.service.js';
import { SignedPathsService } from './signed-paths.service.js';
import { TransfersService } from './transfers.service.js';

@Module({
  imports: [IdentityModule, SubmissionsModule, FilesModule],
  providers: [
    ShareLinksService,
    HiddenNames,
    SignedPathsService,
    CollaboratorsService,
    InvitationMails,
    InvitationsService,
    TransfersService,
  ],
  exports: [
    ShareLinksService,
    HiddenNames,
    SignedPathsService,
    CollaboratorsService,
    InvitationMails,
    InvitationsService,
    TransfersService,
  ],
})
export class SharingModule {}
