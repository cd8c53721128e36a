// Where functions find the data plane of IoT: the account's own endpoint, never the one that the SDK would guess.
import { expect, test, vi } from 'vitest';
import { rolePolicies } from './testing/policies.ts';
import { ofType, ownFunctions, synthesized } from './testing/synth.ts';

// A stack is synthesized in one go: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 60_000 });

const stack = synthesized();
const { resources } = stack;
const functions = ownFunctions(resources);

test('that speak to agents are told the endpoint of the account, and no other function is', () => {
  const told = functions.filter(({ Environment }) =>
    Object.hasOwn((Environment as { Variables: object }).Variables, 'AWS_ENDPOINT_URL_IOT_DATA_PLANE'),
  );
  const roles = rolePolicies(stack);
  const speaking = functions.filter(({ FunctionName }) => {
    const role = roles.get(String(FunctionName).replace('sereno-prod-', '')) ?? [];
    return /iot:(SendDirectMessage|Publish|GetConnection|DeleteConnection)"/.test(JSON.stringify(role));
  });
  expect(told.length).toBeGreaterThan(7);
  expect(told).toEqual(speaking);
  const [[id] = []] = ofType(resources, 'Custom::IotEndpoint');
  for (const { Environment } of told) {
    const { Variables } = Environment as { Variables: Record<string, unknown> };
    expect(Variables.AWS_ENDPOINT_URL_IOT_DATA_PLANE).toEqual({
      'Fn::Join': ['', ['https://', { 'Fn::GetAtt': [id, 'endpointAddress'] }]],
    });
  }
});

test("the endpoint is the one that DescribeEndpoint names for Amazon's own certificate", () => {
  const [[, asked] = []] = ofType(resources, 'Custom::IotEndpoint');
  for (const call of [asked?.Properties.Create, asked?.Properties.Update]) {
    expect(JSON.parse(String(call))).toMatchObject({
      service: 'IoT',
      action: 'DescribeEndpoint',
      parameters: { endpointType: 'iot:Data-ATS' },
      outputPaths: ['endpointAddress'],
    });
  }
  expect(asked?.Properties.InstallLatestAwsSdk).toBe(false);
});
