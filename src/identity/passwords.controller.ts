/** New passwords. */
import { Body, Controller, Post, Put, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Returns } from '../platform/returns.js';
import { secretIn } from './authenticate.js';
import { PasswordChange, PasswordReset, PasswordResetAsked } from './credentials.schema.js';
import { PasswordsService } from './passwords.service.js';
import { CurrentUser, type User } from './user.js';

@ApiTags('people')
@Controller()
export class PasswordsController {
  constructor(private readonly passwords: PasswordsService) {}

  @Put('me/password')
  @ApiOperation({ summary: "Change the caller's password: all their other sessions are over" })
  @Returns(204)
  change(
    @Body({ schema: PasswordChange }) change: PasswordChange,
    @CurrentUser() { id }: User,
    @Req() { headers }: FastifyRequest,
  ): Promise<void> {
    return this.passwords.change(id, change, secretIn(headers));
  }

  @Post('password-resets')
  @ApiOperation({ summary: 'Ask for a mail to set a new password by: the answer is the same whoever has the address' })
  @Returns(202)
  ask(@Body({ schema: PasswordResetAsked }) { email }: { email: string }): Promise<void> {
    return this.passwords.ask(email);
  }

  @Post('password-resets/complete')
  @ApiOperation({ summary: 'Set a new password by the token of such a mail: every session is over' })
  @Returns(204)
  reset(@Body({ schema: PasswordReset }) reset: PasswordReset): Promise<void> {
    return this.passwords.reset(reset);
  }
}
