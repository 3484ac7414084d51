"""Writes Tests/TokenizationTests/Fixtures: one small tokenizer for each pipeline with the ids that the `tokenizers` library
gives, and a training text.   python3 tools/reference/tokenizer_files.py   (needs tokenizers)"""
import json
import random
import unicodedata
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

here = Path(__file__).resolve().parents[2] / "Tests" / "TokenizationTests" / "Fixtures"
BOS, EOS, PAD = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜▁pad▁｜>"
CORPUS = """The heart is of normal size. The lungs are clear, and there is no pleural effusion or pneumothorax.
Patchy opacity in the right lower lung zone suggests pneumonia; follow-up in 2 to 3 weeks is recommended.
There is a small left pleural effusion with blunting of the costophrenic angle. The lungs are hyperinflated.
No acute cardiopulmonary disease. The mediastinal contours are normal. Old fractures of the left 5th and 6th ribs.
心影大小正常，双肺野清晰，未见胸腔积液或气胸。右下肺野见斑片状高密度影，考虑肺炎，建议治疗后复查。
左侧少量胸腔积液，左侧肋膈角变钝。双肺透亮度增高，肺纹理稀疏。纵隔居中，双侧肺门影不大。
患者，女，67岁，咳嗽、咳痰5天，伴发热，体温38.6℃。既往高血压病史10余年，否认药物过敏史。
未见明显活动性病变。主动脉迂曲钙化，心影增大，双肺纹理增多、增粗，请结合临床，必要时行CT检查。
"""
CJK = "[一-龥ࠀ-一가-퟿]+"
# A few of the letter ranges that the published tokenizer lists one by one.
LETTERS = "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯＡ-Ｚａ-ｚ"
V3 = (r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|""" "[^\r\n" r"\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|"
      r" ?[\p{P}\p{S}]+" "[\r\n]*|" r"\s*" "[\r\n]+|" r"\s+(?!\S)|\s+")
WORDS = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|"
         r"\s+(?!\S)|\s+")
CHAT = [("<｜User｜>", False), ("<｜Assistant｜>", False), ("<think>", False), ("</think>", False)]


def split(expression):
    return pre_tokenizers.Split(Regex(expression), "isolated")


def level(**options):
    return pre_tokenizers.ByteLevel(**{"add_prefix_space": False, "use_regex": False, **options})


PIPELINES = {
    "deepseek_llm": [split("[\r\n]"), split(rf"\s?[{LETTERS}]+"), split(r"\s?[!-/:-~！-／：-～‘-‟　-。]+"), split(r"\s+$"),
                     split(CJK), pre_tokenizers.Digits(individual_digits=True), level()],
    "deepseek_coder": [split("[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"), split(CJK),
                       pre_tokenizers.Digits(individual_digits=True), level()],
    "deepseek_v3": [split(r"\p{N}{1,3}"), split("[一-龥\u3040-ゟ゠-ヿ]+"), split(V3), level()],
    "qwen2": [split(WORDS % ""), level()],
    "llama3": [split(WORDS % "{1,3}"), level()],
    # Not a DeepSeek pipeline: what is rare elsewhere, all in one.
    "rare": [pre_tokenizers.Split("--", "isolated"), pre_tokenizers.Digits(individual_digits=False),
             level(add_prefix_space=True, use_regex=True)],
}
ADDED = {
    "deepseek_llm": [(BOS, True), (EOS, True), ("ø", False), ("ö", False)],
    "deepseek_coder": [(BOS, True), (EOS, True), ("<|User|>", False), ("<|Assistant|>", False), ("<|EOT|>", True)],
    "deepseek_v3": [(BOS, True), (EOS, True), (PAD, True), *CHAT],
    "qwen2": [(EOS, True), *CHAT[:2], (BOS, True), *CHAT[2:], ("e\u0301!", False)],
    "llama3": [(BOS, True), (EOS, True), *CHAT],
    "rare": [(BOS, True), (EOS, True)],
}
TEXTS = ["", " ", "   ", "\n", " \r\n\r\n \t\n", "a", " a b  c   d ", "don't WE'LL I've 'S 'ſ", "3.14 12345678 ٣٤ Ⅳ½ ②", "x=1;y--2--z",
         "左肺下叶见斑片影，约12×8mm。", "Left  pleural\teffusion,\nsmall.\n\n", "　全角　空格！？ＡＢ１２", "カタカナとひらがな 한국어 ไทย",
         "é e\u0301 ế ệ \u1112\u1161\u11ab \u212b \ufb1d", "a\u0323\u0301\u0307 \u0eba\u031c", "👩‍⚕️🫁 ≥ 5 µg/m²", "\u180e\u200b\u00a0\u2003\u2028x\x85y\x00", "ø ö naïve Øø",
         f"{BOS}x{EOS} {BOS}", "<｜User｜>头痛<｜Assistant｜><think>\n\n</think>", "<｜begin▁of▁sentence", "<<|EOT|>", "a" * 70, "肺" * 40,
         " " * 60 + "x", "the lungs are clear " * 8, "_x __y (z) [w] {v}", "e\u0301! é! é!", "\U00020000\U0010fffd\ue000",
         "a [L] b [R] c", "  [L]  [R]  ", "lung lungs (lung) 肺lung lung", "x[L][R] y", " \n[L]lung[R]\n", "12-34--56"]


def random_text(rng):
    pools = [(0x20, 0x7F), (0x4E00, 0x9FA5), (0x300, 0x36F), (0xA0, 0x2FF), (0x2000, 0x206F), (0x3000, 0x30FF), (0xAC00, 0xD7A3),
             (0x1F300, 0x1F5FF), (0x9, 0xD)]
    pools = rng.sample(pools, 3)
    text = "".join(chr(rng.randint(*rng.choice(pools))) for _ in range(rng.randint(1, 30)))
    # Which class an unassigned code point has depends on the age of the tables.
    return "".join(c for c in text if unicodedata.category(c) != "Cn")


def make(kind):
    bare = Tokenizer(models.BPE())
    if kind == "qwen2":
        bare.normalizer = normalizers.NFC()
    bare.pre_tokenizer = pre_tokenizers.Sequence(PIPELINES[kind])
    first = [text for text, _ in ADDED[kind]] if kind == "deepseek_v3" else []
    bare.train_from_iterator(CORPUS.splitlines(keepends=True), trainers.BpeTrainer(
        vocab_size=420, special_tokens=first, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    model = json.loads(bare.to_str())["model"]
    vocabulary, merges = model["vocab"], [tuple(merge) for merge in model["merges"]]
    if kind == "llama3":  # a token that no merge makes, found only because whole pieces are preferred
        vocabulary["Ġpneumonia"] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, ignore_merges=kind == "llama3"))
    tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder = bare.normalizer, bare.pre_tokenizer, decoders.ByteLevel()
    for text, special in ADDED[kind]:
        added = AddedToken(text, normalized=kind == "qwen2" and not special, special=special)
        (tokenizer.add_special_tokens if special else tokenizer.add_tokens)([added])
    if kind == "rare":
        tokenizer.add_tokens([AddedToken("[L]", lstrip=True), AddedToken("[R]", rstrip=True), AddedToken("lung", single_word=True),
                              AddedToken("[L][R]", normalized=False)])
    begin = processors.TemplateProcessing(single=f"{BOS} $A", pair=f"{BOS} $A {BOS} $B:1",
                                          special_tokens=[(BOS, tokenizer.token_to_id(BOS))])
    plain = processors.ByteLevel(trim_offsets=False)
    tokenizer.post_processor = {"llama3": processors.Sequence([plain, begin]), "deepseek_v3": begin, "qwen2": begin,
                                "rare": processors.TemplateProcessing(
                                    single=f"{BOS} $A {EOS}", special_tokens=[(t, tokenizer.token_to_id(t)) for t in (BOS, EOS)])
                                }.get(kind, plain)
    return tokenizer


def main():
    here.mkdir(parents=True, exist_ok=True)
    (here / "corpus.txt").write_text(CORPUS)
    rng = random.Random(3)
    texts = TEXTS + [random_text(rng) for _ in range(60)]
    (here / "texts.json").write_text(json.dumps(texts, ensure_ascii=False, indent=0) + "\n")
    for kind in PIPELINES:
        tokenizer = make(kind)
        file = json.loads(tokenizer.to_str())
        if kind in ("deepseek_coder", "rare"):  # the older spelling of merges
            file["model"]["merges"] = [" ".join(merge) for merge in file["model"]["merges"]]
        folder = here / kind
        folder.mkdir(exist_ok=True)
        (folder / "tokenizer.json").write_text(json.dumps(file, ensure_ascii=False, separators=(",", ":")) + "\n")
        pad = PAD if kind == "deepseek_v3" else EOS
        (folder / "tokenizer_config.json").write_text(json.dumps(
            {"bos_token": BOS, "eos_token": {"content": EOS, "lstrip": False}, "pad_token": pad}, ensure_ascii=False) + "\n")
        rng = random.Random(4)
        size = tokenizer.get_vocab_size()
        random_ids = [[rng.randrange(size) for _ in range(rng.randint(1, 10))] for _ in range(40)]
        before, after = (0 if kind in ("deepseek_llm", "deepseek_coder") else 1), (1 if kind == "rare" else 0)
        encoded = []
        for text in texts:
            whole, bare = tokenizer.encode(text).ids, tokenizer.encode(text, add_special_tokens=False).ids
            assert whole[before:len(whole) - after] == bare
            encoded.append(whole)
        cases = {"before": before, "after": after, "ids": encoded,
                 "random": [[ids, tokenizer.decode(ids, skip_special_tokens=False), tokenizer.decode(ids)] for ids in random_ids]}
        (folder / "cases.json").write_text(json.dumps(cases, ensure_ascii=False, separators=(",", ":")) + "\n")


main()
