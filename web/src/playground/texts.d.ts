/** Rulesets of the examples, put into the page as text. */
declare module "*.nft" {
  const text: string;
  export default text;
}
