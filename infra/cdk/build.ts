// Puts the CDK app together: settings from the context, one stack, cdk-nag over all of it.
import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { settingsOf } from './settings.ts';
import { SerenoStack } from './stack.ts';

export interface Built {
  readonly app: App;
  readonly stack: SerenoStack;
}

/** @throws WrongSettings */
export function build(props: AppProps = {}): Built {
  const app = new App(props);
  const settings = settingsOf(app.node);
  const stack = new SerenoStack(app, `Sereno-${settings.stage}`, settings, {
    terminationProtection: settings.terminationProtection,
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}
