"""Metrics as public scorers give them: Tests/EvaluationTests/Fixtures/metrics.json.

  evaluation_metrics.py

sacrebleu (BLEU with tokens 13a and zh), rouge-score (ROUGE-1, -2, -L; Chinese by characters), scikit-learn (classification),
numpy (percentiles). Texts are made up here. Deterministic.
"""
import json
import random
from pathlib import Path

import numpy as np
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU
from sklearn import metrics

OUT = Path(__file__).resolve().parents[2] / "Tests/EvaluationTests/Fixtures/metrics.json"

ENGLISH = ["No focal consolidation, effusion or pneumothorax.", "The cardiac silhouette is enlarged (ratio 0.58).",
           "A 2.5-cm nodule projects over the right upper zone; follow-up in 3-6 months.", "Lines and tubes: none.",
           "\"Stable\" appearance & no change since 01/02/2020.", "Blunting of the left costophrenic angle -- small effusion?",
           "AT&amp;T &lt;b&gt; &quot;x&quot; 1,000.5 and .5, 5. end", "Don't know", "", "a", "(a)", "1-2-3 .,., ,.5 x.y"]
CHINESE = ["两肺野清晰，未见实变影。", "右下肺野见片状高密度影（约3.5cm×2cm），边界欠清；考虑肺炎。", "心影增大，心胸比0.58。", "左侧肋膈角变钝——少量积液？",
           "CT 复查：结节较前增大1-2mm。", "ＣＴ：１２３，ＡＢＣ！", "℃≥5 “引号” ‘x’ …", "", "肺", "无 变 化"]


def noisy(rng, words, vocabulary):
    out = []
    for word in words:
        roll = rng.random()
        if roll < 0.15:
            continue
        out.append(rng.choice(vocabulary) if roll < 0.3 else word)
        if roll > 0.9:
            out.append(word)
    return out


def corpora(rng):
    """(tokens, candidates, references)"""
    for texts, tokens in ((ENGLISH, "13a"), (CHINESE, "zh")):
        pieces = [t.split(" ") if tokens == "13a" else list(t) for t in texts]
        vocabulary = [w for p in pieces for w in p]
        glue = " " if tokens == "13a" else ""
        for count in (1, 2):
            candidates = [glue.join(noisy(rng, p, vocabulary)) for p in pieces]
            yield tokens, candidates, [[t] + [glue.join(noisy(rng, p, vocabulary)) for _ in range(count - 1)]
                                       for t, p in zip(texts, pieces)]
        yield tokens, texts, [[t] for t in texts]
        yield tokens, texts[::-1], [[t] for t in texts]


def bleu(tokens, candidates, references):
    streams = [list(stream) for stream in zip(*references)]
    corpus = [BLEU(tokenize=tokens, max_ngram_order=n).corpus_score(candidates, streams) for n in range(1, 5)]
    return {"tokens": tokens, "candidates": candidates, "references": references, "scores": [c.score for c in corpus],
            "precisions": corpus[3].precisions, "brevity": corpus[3].bp, "counts": corpus[3].counts,
            "totals": corpus[3].totals, "lengths": [corpus[3].sys_len, corpus[3].ref_len],
            "sentences": [BLEU(tokenize=tokens, effective_order=True).sentence_score(c, r).score
                          for c, r in zip(candidates, references)],
            "split": [BLEU(tokenize=tokens).tokenizer(c.rstrip()).split() for c in candidates]}


class Characters:
    def tokenize(self, text):
        return [c for c in text if not c.isspace()]


def rouge(tokens, candidates, references):
    scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], tokenizer=Characters() if tokens == "zh" else None)
    rows = []
    for candidate, reference in zip(candidates, references):
        score = scorer.score(reference[0], candidate)
        rows.append([[s.precision, s.recall, s.fmeasure] for s in (score["rouge1"], score["rouge2"], score["rougeL"])])
    return rows


def calibration_error(confidence, right, bins=15):
    edges, total = np.linspace(0, 1, bins + 1), 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    return float(total)


def classification(rng, cases, classes, ties):
    logits = rng.normal(size=(cases, classes))
    label = rng.integers(0, classes, cases)
    label[:classes] = np.arange(classes)
    logits[np.arange(cases), label] += 0.8
    if ties:
        logits = np.round(logits)
    probability = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    probability = np.round(probability, 6)
    probability /= probability.sum(1, keepdims=True)
    predicted = probability.argmax(1)
    scores = {f"{average}_{name}": function(label, predicted, average=average, zero_division=0)
              for average in ("macro", "micro", "weighted")
              for name, function in (("precision", metrics.precision_score), ("recall", metrics.recall_score),
                                     ("f1", metrics.f1_score))}
    one_hot = np.eye(classes)[label]
    return {"probabilities": probability.tolist(), "labels": label.tolist(),
            "accuracy": metrics.accuracy_score(label, predicted), **scores,
            "confusion": metrics.confusion_matrix(label, predicted).tolist(),
            "f1": metrics.f1_score(label, predicted, average=None, zero_division=0).tolist(),
            "precision": metrics.precision_score(label, predicted, average=None, zero_division=0).tolist(),
            "recall": metrics.recall_score(label, predicted, average=None, zero_division=0).tolist(),
            "auroc": [metrics.roc_auc_score(one_hot[:, c], probability[:, c]) for c in range(classes)],
            "average_precision": [metrics.average_precision_score(one_hot[:, c], probability[:, c]) for c in range(classes)],
            "brier": ((probability - one_hot) ** 2).sum(1).mean(),
            "brier_last": metrics.brier_score_loss(one_hot[:, -1], probability[:, -1]),
            "calibration_error": calibration_error(probability.max(1), predicted == label)}


def multilabel(rng, cases, labels):
    probability = np.round(rng.random((cases, labels)), 2)
    truth = rng.random((cases, labels)) < probability * np.linspace(0.1, 0.9, labels)
    threshold = np.round(np.linspace(0.3, 0.7, labels), 2)
    predicted = probability >= threshold
    return {"probabilities": probability.tolist(), "truths": truth.tolist(), "thresholds": threshold.tolist(),
            **{average: metrics.f1_score(truth, predicted, average=average, zero_division=0)
               for average in ("macro", "micro", "weighted")},
            "f1": metrics.f1_score(truth, predicted, average=None, zero_division=0).tolist(),
            "best": [max(metrics.f1_score(truth[:, k], probability[:, k] >= t) for t in set(probability[:, k]))
                     for k in range(labels)]}


def main():
    rng, numbers = random.Random(11), np.random.default_rng(11)
    texts = [{**bleu(*corpus), "rouge": rouge(*corpus)} for corpus in corpora(rng)]
    values = np.sort(np.round(numbers.normal(size=41), 4))
    data = {"texts": texts,
            "classification": [classification(numbers, n, k, ties) for n, k in ((40, 2), (30, 4)) for ties in (False, True)],
            "multilabel": [multilabel(numbers, 40, 4)],
            "percentiles": {"values": values.tolist(),
                            "at": {str(p): float(np.percentile(values, p)) for p in (0, 2.5, 5, 50, 97.5, 100)}}}
    OUT.write_text(json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    print(OUT.name, len(OUT.read_bytes()), "bytes")


if __name__ == "__main__":
    main()
