"""Made-up roads whose rates are known, and how well the rates of artimap hold on them."""
