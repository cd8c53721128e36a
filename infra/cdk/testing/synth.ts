// The synthesized stack for tests, without bundles: what CloudFormation would be given.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { type Built, build } from '../build.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Synthesized extends Built {
  readonly template: Template;
  readonly resources: Readonly<Record<string, Resource>>;
}

/** @param context settings as `-c name=value` would give them */
export function synthesized(context: Readonly<Record<string, unknown>> = {}): Synthesized {
  // Without one of ours CDK makes a folder that nobody removes.
  const outdir = mkdtempSync(join(tmpdir(), 'sereno-synth-'));
  try {
    return templateOf(build({ outdir, context: { ...context, 'aws:cdk:bundling-stacks': [] } }));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function templateOf(built: Built): Synthesized {
  const template = Template.fromStack(built.stack);
  return { ...built, template, resources: template.toJSON().Resources as Record<string, Resource> };
}

/** The resources of one type, by logical id. */
export function ofType(resources: Synthesized['resources'], type: string): [string, Resource][] {
  return Object.entries(resources).filter(([, resource]) => resource.Type === type);
}

/** The properties of all functions but the one that asks for the endpoint while the stack is deployed. */
export function ownFunctions(resources: Synthesized['resources']): Resource['Properties'][] {
  return ofType(resources, 'AWS::Lambda::Function').flatMap(([, { Properties }]) =>
    Properties.FunctionName === 'sereno-prod-endpoint' ? [] : [Properties],
  );
}
