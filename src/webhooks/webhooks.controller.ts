/** Webhooks over HTTP: a person's own, and those of the installation, by the same routes. */
import { Body, Controller, Delete, Get, Param, Patch, Post, Query, type Type } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentUser, type User } from '../identity/user.js';
import { withHeaders } from '../platform/answers.js';
import { IfMatch, type Precondition } from '../platform/etag.js';
import type { Page } from '../platform/page.js';
import { Returns } from '../platform/returns.js';
import { WebhookLog } from './webhook-log.service.js';
import {
  DeliveriesPage,
  DeliveriesQuery,
  NewWebhook,
  NewWebhookView,
  Range,
  Redelivered,
  Rotation,
  WebhookDeliveryView,
  WebhookEdit,
  WebhooksPage,
  WebhooksQuery,
  WebhookView,
  WholeDeliveryView,
} from './webhooks.schema.js';
import { WebhooksService, type Whose } from './webhooks.service.js';

const Id = z.uuid();

const tagged = <View extends { etag: string }>(view: View): View => withHeaders(view, { etag: view.etag });
const located = <View extends { links: Record<string, string> }>(view: View): View =>
  withHeaders(view, { location: view.links.self ?? '' });

/** @param called what the class is called: operations are named by it */
function webhooksAt(path: string, called: string, whoseOf: (user: User) => Whose): Type {
  @ApiTags('webhooks')
  @Controller(path)
  class Webhooks {
    constructor(
      readonly webhooks: WebhooksService,
      readonly log: WebhookLog,
    ) {}

    @Get()
    @ApiOperation({ summary: 'Endpoints that events are sent to, the newest first' })
    @Returns(200, WebhooksPage)
    page(
      @Query({ schema: WebhooksQuery }) query: WebhooksQuery,
      @CurrentUser() user: User,
    ): Promise<Page<WebhookView>> {
      return this.webhooks.page(whoseOf(user), query);
    }

    @Post()
    @ApiOperation({
      summary: 'Have events sent to an address: the secret that signs is in this answer and never again',
    })
    @Returns(201, NewWebhookView)
    async create(@Body({ schema: NewWebhook }) asked: NewWebhook, @CurrentUser() user: User): Promise<NewWebhookView> {
      const made = await this.webhooks.create(asked, whoseOf(user), user);
      return withHeaders(made, { etag: made.etag, location: made.links.self ?? '' });
    }

    @Get(':id')
    @ApiOperation({ summary: 'One endpoint: how it fares, and what it missed' })
    @Returns(200, WebhookView)
    async read(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<WebhookView> {
      return tagged(await this.webhooks.get(id, whoseOf(user)));
    }

    @Patch(':id')
    @ApiOperation({ summary: 'Change where or what is sent; switch it off, or on again' })
    @Returns(200, WebhookView)
    async change(
      @Param('id', { schema: Id }) id: string,
      @Body({ schema: WebhookEdit }) edit: WebhookEdit,
      @IfMatch() expected: Precondition,
      @CurrentUser() user: User,
    ): Promise<WebhookView> {
      return tagged(await this.webhooks.change(id, edit, whoseOf(user), user, expected));
    }

    @Delete(':id')
    @ApiOperation({ summary: 'Send nothing there any more, and forget what was sent' })
    @Returns(204)
    remove(
      @Param('id', { schema: Id }) id: string,
      @IfMatch() expected: Precondition,
      @CurrentUser() user: User,
    ): Promise<void> {
      return this.webhooks.remove(id, whoseOf(user), user, expected);
    }

    @Post(':id/rotate-secret')
    @ApiOperation({ summary: 'A new secret; the one before signs too for a while' })
    @Returns(200, NewWebhookView)
    async rotate(
      @Param('id', { schema: Id }) id: string,
      @Body({ schema: Rotation }) rotation: Rotation,
      @CurrentUser() user: User,
    ): Promise<NewWebhookView> {
      return tagged(await this.webhooks.rotate(id, rotation, whoseOf(user), user));
    }

    @Post(':id/test')
    @ApiOperation({ summary: 'Send an event `webhook.test` at once, even where it is off' })
    @Returns(202, WebhookDeliveryView)
    async test(@Param('id', { schema: Id }) id: string, @CurrentUser() user: User): Promise<WebhookDeliveryView> {
      return located(await this.log.test(id, whoseOf(user)));
    }

    @Post(':id/redeliver')
    @ApiOperation({ summary: 'Send the events of a range again, at most 1,000 at a time' })
    @Returns(202, Redelivered)
    redeliverRange(
      @Param('id', { schema: Id }) id: string,
      @Body({ schema: Range }) range: Range,
      @CurrentUser() user: User,
    ): Promise<Redelivered> {
      return this.log.redeliverRange(id, range, whoseOf(user), user);
    }

    @Get(':id/deliveries')
    @ApiOperation({ summary: 'What was sent, or is to be, the newest first' })
    @Returns(200, DeliveriesPage)
    deliveries(
      @Param('id', { schema: Id }) id: string,
      @Query({ schema: DeliveriesQuery }) query: DeliveriesQuery,
      @CurrentUser() user: User,
    ): Promise<Page<WebhookDeliveryView>> {
      return this.log.page(id, query, whoseOf(user));
    }

    @Get(':id/deliveries/:deliveryId')
    @ApiOperation({ summary: 'One delivery, with every try: what was sent, and what was answered' })
    @Returns(200, WholeDeliveryView)
    delivery(
      @Param('id', { schema: Id }) id: string,
      @Param('deliveryId', { schema: Id }) deliveryId: string,
      @CurrentUser() user: User,
    ): Promise<WholeDeliveryView> {
      return this.log.one(id, deliveryId, whoseOf(user));
    }

    @Post(':id/deliveries/:deliveryId/redeliver')
    @ApiOperation({ summary: 'Send this event again, with the same `webhook-id`' })
    @Returns(202, WebhookDeliveryView)
    async redeliver(
      @Param('id', { schema: Id }) id: string,
      @Param('deliveryId', { schema: Id }) deliveryId: string,
      @CurrentUser() user: User,
    ): Promise<WebhookDeliveryView> {
      return located(await this.log.redeliver(id, deliveryId, whoseOf(user), user));
    }
  }

  return Object.defineProperty(Webhooks, 'name', { value: called });
}

export const MyWebhooksController = webhooksAt('me/webhooks', 'MyWebhooksController', ({ id }) => ({ personId: id }));
export const InstallationWebhooksController = webhooksAt('webhooks', 'InstallationWebhooksController', () => ({
  personId: null,
}));
