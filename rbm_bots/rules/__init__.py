"""What the law and the person allow: pure answers to «may this leave now?»."""
