"""A small course in a folder, whole and without mistakes, for tests to break."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

COURSE = """---
title: Tea
slug: tea
subject: kitchen
language: en
skills:
  - slug: water
    title: Water
    description: Heat it.
  - slug: leaves
    title: Leaves
    description: Choose them.
    requires: [water]
---
Make tea.
"""
MODULE = """---
title: Boiling
minutes: 12
skills: [water]
---
You boil water.
"""
TEXT = """---
title: How water boils
minutes: 6
---
It gets **hot**.
"""
CARDS = """---
minutes: 4
---
## Card: One
1

## Card: Two
2

## Card: Three
3

## Card: Four
4
"""
QUESTIONS = """# At how many degrees does water boil? {#boils}
kind: single choice
difficulty: 2

At sea level.

- [x] 100
  > Right.
- [ ] 90
  > Nearly.
- [ ] 80
  > Too cold.

## Feedback
It depends on the height.

## Hint
Think of a kettle.

## Solution
It is 100.

## Check
```python
print(100)
```

# How long is a minute? {#minute}
kind: numeric
difficulty: 1

= 60 ± 1 s
! 100
  > You counted in hundreds.

# Put these in order. {#order}
kind: ordering
difficulty: 3

1. Fill
2. Heat
3. Pour
"""
FILES = {
    "course.md": COURSE,
    "modules/01-boiling/module.md": MODULE,
    "modules/01-boiling/text-2.md": TEXT,
    "modules/01-boiling/flash-cards-3.md": CARDS,
    "modules/01-boiling/questions.md": QUESTIONS,
    "modules/02-choosing/module.md": MODULE.replace("Boiling", "Choosing").replace("water", "leaves"),
    "modules/02-choosing/text-2.md": TEXT,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a small course."""
    for name, text in FILES.items():
        path = tmp_path / "tea" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "tea"
