/** Does the table of permissions know every route? Asked once, at start: what it does not know must not go on line. */
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { accessTo, routesOf, UnknownRoute } from './route-access.js';

@Injectable()
export class KnownRoutes implements OnApplicationBootstrap {
  private readonly scanner = new MetadataScanner();

  constructor(private readonly discovery: DiscoveryService) {}

  onApplicationBootstrap(): void {
    const unknown = this.handlers().filter((routes) => routes.length > 0 && !accessTo(routes));
    if (unknown.length > 0) throw new UnknownRoute(unknown.flat());
  }

  /** The routes of each method of each controller. */
  private handlers(): string[][] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (!metatype) return [];
      const { prototype } = metatype;
      return this.scanner.getAllMethodNames(prototype).map((name) => routesOf(metatype, prototype[name]));
    });
  }
}
