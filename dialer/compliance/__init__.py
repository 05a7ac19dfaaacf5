"""Who may be called, and when. Every refusal names its rule and the inputs it was judged by."""
