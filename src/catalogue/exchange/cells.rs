//! Columns of the files.

crate::text_enum! {
    /// In the order in which they leave.
    pub enum Column {
        /// The last part of the product's address; rows with the same one are variants of one product.
        Handle => "handle",
        Name => "name",
        /// The last part of its address.
        Category => "category",
        Summary => "summary",
        Description => "description",
        /// With commas in between.
        Tags => "tags",
        Status => "status",
        Option1Name => "option1_name",
        Option1Value => "option1_value",
        Option2Name => "option2_name",
        Option2Value => "option2_value",
        Option3Name => "option3_name",
        Option3Value => "option3_value",
        Sku => "sku",
        Price => "price",
        CompareAt => "compare_at",
        /// Empty: it stays as it is.
        Stock => "stock",
    }
}

impl Column {
    pub const COUNT: usize = Self::ALL.len();
    /// Name and value of each option.
    pub const OPTIONS: [(Self, Self); 3] =
        [(Self::Option1Name, Self::Option1Value), (Self::Option2Name, Self::Option2Value), (Self::Option3Name, Self::Option3Value)];
    /// Said about a product once, in its first row.
    pub const OF_PRODUCT: [Self; 9] = [
        Self::Name,
        Self::Category,
        Self::Summary,
        Self::Description,
        Self::Tags,
        Self::Status,
        Self::Option1Name,
        Self::Option2Name,
        Self::Option3Name,
    ];
}
