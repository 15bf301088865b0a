"""How learners forget, found from what they answered a day or more later."""
