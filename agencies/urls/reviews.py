"""Pages of contract reviews; agencies.urls.pages lists them with the others."""

from django.urls import path

from agencies.views import asked_reviews, batches, reviews

urlpatterns = [
    # --- desks of agencies
    path("portal/contracts/confirm/", batches.contracts_confirm, name="contracts_confirm"),
    path("portal/reviews/", reviews.review_list, name="reviews"),
    path("portal/reviews/<int:pk>/", reviews.review_page, name="review"),
    path("portal/reviews/<int:pk>/many/", reviews.review_batch, name="review_batch"),
    path("portal/reviews/<int:pk>/check/", reviews.review_check, name="review_check"),
    path("portal/reviews/<int:pk>/<int:item>/", reviews.review_item, name="review_item"),
    path("portal/reviews/<int:pk>/<int:item>/amend/", reviews.review_amend, name="review_amend"),
    path("portal/reviews/<int:pk>/<int:item>/ended/", reviews.review_ended, name="review_ended"),
    path("portal/reviews/receipts/<slug:number>/", reviews.review_receipt, name="review_receipt"),
    # --- staff
    path("reviews/", asked_reviews.asked_review_list, name="asked_reviews"),
    path("reviews/new/", asked_reviews.review_open, name="review_open"),
    path("reviews/<int:pk>/", asked_reviews.asked_review, name="asked_review"),
]
