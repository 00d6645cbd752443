/** What do the other rooms need of people? Who is asking, and what somebody is called. */
import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Anonymity } from '../sharing/anonymity.service.js';
import { VisitsService } from '../sharing/visits.service.js';
import { SubmissionsModule } from '../submissions/submissions.module.js';
import { AccessTokensService } from './access-tokens.service.js';
import { Authenticator } from './authenticate.js';
import { CredentialsService } from './credentials.service.js';
import { KnownRoutes } from './known-routes.js';
import { LinkedIdentities } from './linked-identities.service.js';
import { BackChannelLogout } from './openid/back-channel-logout.service.js';
import { Providers } from './openid/providers.js';
import { SignInService } from './openid/sign-in.service.js';
import { SignInAttempts } from './openid/sign-in-attempts.service.js';
import { PasswordsService } from './passwords.service.js';
import { PeopleService } from './people.service.js';
import { RolesService } from './roles.service.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [DiscoveryModule, SubmissionsModule],
  providers: [
    Authenticator,
    PeopleService,
    SessionsService,
    AccessTokensService,
    CredentialsService,
    KnownRoutes,
    LinkedIdentities,
    Providers,
    SignInService,
    SignInAttempts,
    BackChannelLogout,
    PasswordsService,
    RolesService,
    VisitsService,
    Anonymity,
  ],
  exports: [
    RolesService,
    LinkedIdentities,
    Providers,
    SignInService,
    BackChannelLogout,
    PasswordsService,
    Authenticator,
    PeopleService,
    SessionsService,
    AccessTokensService,
    CredentialsService,
    VisitsService,
    Anonymity,
  ],
})
export class IdentityModule {}
