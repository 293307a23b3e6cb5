/** The part of it that the tests use; it comes without types. */
declare module "s3rver" {
  export default class S3rver {
    constructor(options: { address: string; port: number; silent: boolean; directory: string; configureBuckets: { name: string; configs: string[] }[] });
    run(): Promise<unknown>;
    close(): Promise<void>;
  }
}
