/** What do the other rooms need of people? Who is asking, and what somebody is called. */
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { VisitsService } from '../sharing/visits.service.js';
import { AccessTokensService } from './access-tokens.service.js';
import { Authenticator } from './authenticate.js';
import { CredentialsService } from './credentials.service.js';
import { KnownRoutes } from './known-routes.js';
import { PeopleService } from './people.service.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [DiscoveryModule],
  providers: [
    Authenticator,
    PeopleService,
    SessionsService,
    AccessTokensService,
    CredentialsService,
    KnownRoutes,
    VisitsService,
  ],
  exports: [Authenticator, PeopleService, SessionsService, AccessTokensService, VisitsService],
})
export class IdentityModule {}
