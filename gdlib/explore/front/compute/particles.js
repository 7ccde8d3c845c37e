// Korean particles: which of 을 and 를 follows, by the last sound of what stands before. The Python side keeps to the same
// tests/front/particles.json.

const PAIR = /을\(를\)|이\(가\)|은\(는\)|과\(와\)|\([이으]\)/g;
const READ = /[\p{L}\p{N}%°∞′](?=[^\p{L}\p{N}%°∞′]*$)/u;
const DIGITS = "영일이삼사오육칠팔구";
/** What does not end in a vowel as it is read, and a syllable that ends as it does. @type {[RegExp, string][]} */
const ENDS = [
  [/[lr]/i, "엘"],
  [/[mn]/i, "엠"],
  [/[εου]/i, "론"], // epsilon, omicron, upsilon
  [/′/, "임"], // prime
];

/** A syllable that ends as a text does when it is read aloud, "" where there is nothing to read. Marks, tags and closing
 * brackets are passed over, and a bracket after a Korean word with what is in it. @param {string} text */
function ending(text) {
  const bare = text
    .replaceAll("</sup>", "²")
    .replace(/<[^<>]*>/g, "")
    .replace(/(?<=[가-힣])\([^()]*\)$/, "");
  const [last] = bare.match(READ) ?? [""];
  if (!last || /[가-힣]/.test(last)) return last;
  if (/[²³¹⁰⁴-⁹]/.test(last)) return "곱"; // to the power of
  if (/\d [ckm]?m$/.test(bare)) return "터"; // metres
  const plain = last.normalize("NFKD")[0]; // β₂ as β2, ŷ as y
  return DIGITS[Number(plain)] ?? ENDS.find(([letters]) => letters.test(plain))?.[1] ?? "이";
}

/** A text whose "을(를)", "이(가)", "은(는)", "과(와)", "(이)라", "(으)로" have become the one form that is right.
 * @param {string} text */
export const resolved = (text) =>
  text.replace(PAIR, (found, at) => {
    const syllable = ending(text.slice(0, at));
    if (!syllable) return found;
    const final = (syllable.charCodeAt(0) - 0xac00) % 28; // 0: none, 8: ㄹ
    const [closed, open = ""] = found.replace(/[()]/g, "");
    return final === 0 || (final === 8 && closed === "으") ? open : closed;
  });
