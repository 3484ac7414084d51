"""Writes Tests/TrainingTests/Fixtures/adapters: a tiny Llama, and for LoRA, rsLoRA and DoRA an adapter as PEFT writes it with
the logits, gradients and twenty training steps that PEFT and PyTorch give.
python3 tools/reference/adapters.py   (needs torch, transformers, peft)"""
import json
import shutil
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

here = Path(__file__).resolve().parents[2] / "Tests" / "TrainingTests" / "Fixtures" / "adapters"
KINDS = {"lora": {}, "rslora": {"use_rslora": True}, "dora": {"use_dora": True},
         "rsdora": {"use_dora": True, "use_rslora": True}}
STEPS, RATE = 20, 2e-3


def base():
    torch.manual_seed(3)
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=32, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, attention_bias=True, initializer_range=0.2))


def adapted(options):
    model = get_peft_model(base(), LoraConfig(
        r=3, lora_alpha=5, target_modules=["q_proj", "v_proj", "down_proj"], **options))
    torch.manual_seed(5)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.1)
            elif "lora_magnitude" in name:
                parameter.mul_(1 + 0.2 * torch.rand_like(parameter))
    return model


def plain(name):
    return name.replace(".default", "").replace("magnitude_vector.weight", "magnitude_vector")


def main():
    shutil.rmtree(here, ignore_errors=True)
    here.mkdir(parents=True)
    base().save_pretrained(here / "base")
    (here / "base" / "generation_config.json").unlink(missing_ok=True)
    torch.manual_seed(7)
    ids = torch.randint(0, 32, (2, 9))
    for kind, options in KINDS.items():
        model = adapted(options)
        model.save_pretrained(here / kind)
        (here / kind / "README.md").unlink(missing_ok=True)
        trained = [(plain(name), p) for name, p in model.named_parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW([p for _, p in trained], lr=RATE, betas=(0.9, 0.95), eps=1e-8, weight_decay=0)
        expected, losses = {}, []
        for step in range(STEPS):
            output = model(input_ids=ids, labels=ids)
            optimizer.zero_grad()
            output.loss.backward()
            if step == 0:
                expected["logits"] = output.logits.detach().clone()
                expected |= {f"grad.{name}": p.grad.clone() for name, p in trained}
            optimizer.step()
            losses.append(output.loss.item())
        expected |= {f"trained.{name}": p.detach().clone() for name, p in trained}
        expected |= {"input_ids": ids, "losses": torch.tensor(losses)}
        merged = model.merge_and_unload()
        expected["merged_logits"] = merged(input_ids=ids).logits.detach()
        save_file({name: value.contiguous() for name, value in expected.items()}, here / f"{kind}.safetensors")
        config = json.loads((here / kind / "adapter_config.json").read_text())
        config["base_model_name_or_path"] = None
        config["target_modules"] = sorted(config["target_modules"])
        (here / kind / "adapter_config.json").write_text(json.dumps(config, indent=1, sort_keys=True))


main()
