import type { Type } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';

type Provider = ReturnType<DiscoveryService['getProviders']>[number];

/** The classes of providers, also of those that a factory or a value provides. */
export function classesOf(providers: readonly Provider[]): Type[] {
  return providers.flatMap(({ metatype, isNotMetatype, instance }) => {
    const provided: unknown = isNotMetatype
      ? (instance as object | null | undefined)?.constructor
      : metatype;
    const isClass = typeof provided === 'function' && provided.prototype !== undefined;
    return isClass && provided !== Object ? [provided as Type] : [];
  });
}
