// The version that cloud and agent report; kept equal to package.json by a test.
export const VERSION = '0.1.0';
