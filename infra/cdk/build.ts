// Puts the CDK app together: settings from the context, one stack, cdk-nag over all of it.
import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type Settings, settingsOf } from './settings.ts';
import { SerenoStack } from './stack.ts';

export interface Built {
  readonly app: App;
  readonly stack: SerenoStack;
}

/** The account is that of the credentials, which the CLI of the CDK names. */
function envOf({ region }: Settings) {
  const account = process.env.CDK_DEFAULT_ACCOUNT;
  return region === undefined ? {} : { region, ...(account === undefined ? {} : { account }) };
}

/** @throws WrongSettings */
export function build(props: AppProps = {}): Built {
  const app = new App(props);
  const settings = settingsOf(app.node);
  const stack = new SerenoStack(app, `Sereno-${settings.stage}`, settings, {
    terminationProtection: settings.terminationProtection,
    env: envOf(settings),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}
